(method_declaration name: (_) @name) @function
(lambda_expression) @lambda
(return_statement) @return
(assignment_expression left: (field_access) @assigned)
(update_expression (field_access) @assigned)
