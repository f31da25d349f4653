(function_definition name: (identifier) @name) @function
(function_definition body: (block . (expression_statement . (string) @doc)))
(lambda) @lambda
(return_statement) @return
(yield) @yield
(assignment left: (attribute) @assigned)
(augmented_assignment left: (attribute) @assigned)
