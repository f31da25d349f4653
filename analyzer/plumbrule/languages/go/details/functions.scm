(function_declaration name: (_) @name) @function
(method_declaration name: (_) @name) @function
(func_literal) @lambda
(return_statement) @return
