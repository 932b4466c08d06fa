-- Do customers stay, and which channels bring those who do? Grain: one row per acquisition month, channel and month since.

{{ customer_retention(ref('int_retention__customers'), ['channel']) }}
