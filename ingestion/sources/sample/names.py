"""Names of invented people and companies, by the culture of their country.

Lists of words only; who gets which is drawn in `people`.
"""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


def _pairs(text: str) -> list[tuple[str, str]]:
    """Written and Latin form of each word: `王=wang`, or one form for both."""
    return [(word.split("=")[0], word.split("=")[-1].lower()) for word in text.split()]


GIVEN_NAMES = {
    "english": _pairs(
        "Olivia Emma Amelia Ava Sophie Grace Hannah Lucy Megan Rachel James William Henry Jack Thomas Daniel "
        "Oliver George Samuel Ryan Nathan Adam Laura Claire Peter Simon Martin Alice Julia Kevin"
    ),
    "european": _pairs(
        "Anna Lena Marie Sophie Clara Jana Katrin Julia Elise Chloé=chloe Camille Léa=lea Sanne Femke Lukas Jonas "
        "Felix Paul Jörg=joerg Stefan Matthias Lars Pierre Julien Mathieu Antoine Bram Daan Ruben Nils"
    ),
    "latin": _pairs(
        "Ana Beatriz Camila Lucía=lucia María=maria Carmen Sofía=sofia Fernanda Juliana Paula João=joao Pedro Lucas "
        "Mateus Rafael Diego Javier Álvaro=alvaro Sergio Pablo Bruno Thiago Marcos Luiz Inês=ines"
    ),
    "chinese": _pairs(
        "伟=wei 芳=fang 娜=na 敏=min 静=jing 丽=li 强=qiang 磊=lei 军=jun 洋=yang 勇=yong 艳=yan 杰=jie 娟=juan "
        "涛=tao 明=ming 超=chao 霞=xia 平=ping 刚=gang 婷=ting 雪=xue 晨=chen 宇=yu"
    ),
    "japanese": _pairs(
        "葵=aoi 蓮=ren 陽菜=hina 大翔=hiroto 結衣=yui 健太=kenta 美咲=misaki 翔太=shota 優子=yuko 直樹=naoki "
        "誠=makoto 恵=megumi 拓也=takuya 由美=yumi"
    ),
}
FAMILY_NAMES = {
    "english": _pairs(
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Evans Wright Walker Hughes Green Hall Wood Harris "
        "Clark Cooper King Lee Baker Turner Hill Scott Moore Carter Mitchell O'Neill=oneill Murphy Campbell"
    ),
    "european": _pairs(
        "Müller=mueller Schmidt Schneider Fischer Weber Wagner Becker Hoffmann Koch Richter Klein Wolf "
        "Schröder=schroeder Martin Bernard Dubois Moreau Laurent Lefèvre=lefevre Garnier "
        "DeVries=devries Jansen Bakker Visser Smit"
    ),
    "latin": _pairs(
        "Silva Santos Oliveira Souza Pereira Costa Almeida Ribeiro García=garcia Fernández=fernandez López=lopez "
        "Martínez=martinez Sánchez=sanchez Gómez=gomez Ruiz Díaz=diaz Moreno Torres Ramos Castro"
    ),
    "chinese": _pairs(
        "王=wang 李=li 张=zhang 刘=liu 陈=chen 杨=yang 黄=huang 赵=zhao 吴=wu 周=zhou 徐=xu 孙=sun 马=ma 朱=zhu "
        "胡=hu 郭=guo 何=he 林=lin 高=gao 罗=luo"
    ),
    "japanese": _pairs(
        "佐藤=sato 鈴木=suzuki 高橋=takahashi 田中=tanaka 伊藤=ito 渡辺=watanabe 山本=yamamoto 中村=nakamura "
        "小林=kobayashi 加藤=kato 吉田=yoshida 山田=yamada"
    ),
}
FAMILY_FIRST = ("chinese", "japanese")

COMPANY_FIRST = _words(
    "Bright Clear North South River Stone Silver Golden Green Blue Red Iron Maple Cedar Summit Harbor Falcon Lotus "
    "Orchid Nova Delta Omega Vertex Quantum Prime Pioneer Atlas Zenith Polar Coral Amber Crystal Swift Solid Urban "
    "Global Unity Alpine Baltic Pacific"
)
COMPANY_SECOND = _words(
    "Forge Works Systems Logistics Foods Textiles Energy Media Health Finance Robotics Motors Plastics Paper Tools "
    "Labs Networks Studios Partners Trading Chemicals Glass Marine Optics Devices Data Retail Travel Software Design"
)
FREE_MAIL = {
    "english": ("gmail.com", "outlook.com", "yahoo.com"),
    "european": ("gmail.com", "gmx.de", "web.de", "orange.fr"),
    "latin": ("gmail.com", "hotmail.com", "uol.com.br"),
    "chinese": ("qq.com", "163.com", "126.com"),
    "japanese": ("gmail.com", "yahoo.co.jp", "docomo.ne.jp"),
}
