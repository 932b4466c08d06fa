{# The landed tables as the ledger follows them: staging model, key, the column that dates a row, whether that is a day. #}
{% macro landed_tables() -%}
{{ return([
    {'table': 'marketing_contact', 'model': 'stg_marketing__contacts', 'key': ['contact_id'], 'event': 'created_at', 'is_day': false},
    {'table': 'marketing_touch', 'model': 'stg_marketing__touches', 'key': ['touch_id'], 'event': 'occurred_at', 'is_day': false},
    {'table': 'campaign', 'model': 'stg_marketing__campaigns', 'key': ['campaign_id'], 'event': none, 'is_day': false},
    {'table': 'ad_spend', 'model': 'stg_marketing__ad_spend', 'key': ['spend_date', 'platform', 'campaign_id'], 'event': 'spend_date', 'is_day': true},
    {'table': 'web_visit_daily', 'model': 'stg_marketing__web_visits', 'key': ['visit_date', 'utm_source', 'utm_medium', 'utm_campaign'], 'event': 'visit_date', 'is_day': true},
    {'table': 'crm_user', 'model': 'stg_crm__users', 'key': ['user_id'], 'event': none, 'is_day': false},
    {'table': 'crm_lead', 'model': 'stg_crm__leads', 'key': ['lead_id'], 'event': 'created_at', 'is_day': false},
    {'table': 'crm_lead_history', 'model': 'stg_crm__lead_history', 'key': ['history_id'], 'event': 'changed_at', 'is_day': false},
    {'table': 'crm_account', 'model': 'stg_crm__accounts', 'key': ['account_id'], 'event': 'created_at', 'is_day': false},
    {'table': 'crm_contact', 'model': 'stg_crm__contacts', 'key': ['crm_contact_id'], 'event': 'created_at', 'is_day': false},
    {'table': 'crm_opportunity', 'model': 'stg_crm__opportunities', 'key': ['opportunity_id'], 'event': 'created_at', 'is_day': false},
    {'table': 'crm_opportunity_contact', 'model': 'stg_crm__opportunity_contacts', 'key': ['opportunity_id', 'crm_contact_id'], 'event': none, 'is_day': false},
    {'table': 'crm_opportunity_history', 'model': 'stg_crm__opportunity_history', 'key': ['history_id'], 'event': 'changed_at', 'is_day': false},
    {'table': 'crm_activity', 'model': 'stg_crm__activities', 'key': ['activity_id'], 'event': 'occurred_at', 'is_day': false},
]) }}
{%- endmacro %}
