[(function_definition name: (_) @name) (method_declaration name: (_) @name)] @function
[(anonymous_function) (arrow_function)] @lambda
(return_statement) @return
(yield_expression) @yield
(assignment_expression left: (member_access_expression) @assigned)
(augmented_assignment_expression left: (member_access_expression) @assigned)
