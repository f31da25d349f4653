; What is caught is seldom told by its type.
(catch_block (statements)? @body) @handler @untyped
