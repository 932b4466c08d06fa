-- Marketing-qualified journeys: when and how they qualified and what became of them. Grain: one row per journey with an MQL.

{{ qualified_mart('mql') }}
