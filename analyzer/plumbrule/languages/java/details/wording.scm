; Bodies of functions, and what in them is text.
(method_declaration body: (block) @body) @function
(constructor_declaration body: (constructor_body) @body) @function
(compact_constructor_declaration body: (block) @body) @function
[(string_literal) (character_literal)] @string
[(line_comment) (block_comment)] @comment
