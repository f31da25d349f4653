(function_declaration name: (_) @name) @function
[(lambda_literal) (anonymous_function)] @lambda
(return_expression) @leave
(assignment (navigation_expression) @assigned)
