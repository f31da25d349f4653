[(function_declaration name: (simple_identifier) @name) (protocol_function_declaration name: (simple_identifier) @name)] @function
(lambda_literal) @lambda
(control_transfer_statement) @leave
(assignment target: (directly_assignable_expression) @assigned)
