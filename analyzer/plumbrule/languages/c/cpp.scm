(class_specifier) @record
(base_class_clause) @bases
(access_specifier) @access
(namespace_definition) @namespace
(alias_declaration) @alias
(using_declaration) @using
(namespace_alias_definition) @renamed
(friend_declaration) @friend
(template_declaration) @template
(qualified_identifier) @qualified
(template_function) @generic
(lambda_expression) @lambda
(for_range_loop) @range
(catch_clause) @catch
(throw_statement) @throw
[(co_return_statement) (co_yield_statement)] @statement
(raw_string_literal) @string
