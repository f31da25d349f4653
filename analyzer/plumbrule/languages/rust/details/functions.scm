[(function_item name: (_) @name) (function_signature_item name: (_) @name)] @function
(closure_expression) @lambda
(return_expression) @leave
(assignment_expression left: (field_expression) @assigned)
(compound_assignment_expr left: (field_expression) @assigned)
