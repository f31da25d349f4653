[(function_declaration name: (_) @name) (generator_function_declaration name: (_) @name)] @function
(method_definition name: (_) @name) @function
(variable_declarator name: (identifier) @name value: [(function_expression) (arrow_function)] @function)
(public_field_definition name: (_) @name value: [(function_expression) (arrow_function)] @function)
(pair key: (_) @name value: [(function_expression) (arrow_function)] @function)
[(function_expression) (generator_function) (arrow_function)] @lambda
(return_statement) @return
(yield_expression) @yield
(assignment_expression left: (member_expression) @assigned)
(augmented_assignment_expression left: (member_expression) @assigned)
(update_expression argument: (member_expression) @assigned)
[(function_signature name: (_) @name) (method_signature name: (_) @name) (abstract_method_signature name: (_) @name)] @function
