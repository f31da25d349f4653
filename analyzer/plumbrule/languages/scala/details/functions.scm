[(function_definition name: (_) @name) (function_declaration name: (_) @name)] @function
(lambda_expression) @lambda
(return_expression) @leave
(assignment_expression left: (field_expression) @assigned)
