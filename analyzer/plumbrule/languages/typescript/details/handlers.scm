; What is caught cannot be told by its type.
(catch_clause body: (_) @body) @handler @untyped
