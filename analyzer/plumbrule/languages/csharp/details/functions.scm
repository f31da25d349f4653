(method_declaration name: (_) @name) @function
(local_function_statement name: (_) @name) @function
[(lambda_expression) (anonymous_method_expression)] @lambda
(return_statement) @return
(arrow_expression_clause) @return
(yield_statement) @yield
(assignment_expression left: (member_access_expression) @assigned)
