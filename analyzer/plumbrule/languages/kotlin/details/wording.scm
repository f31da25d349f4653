; Bodies of functions, and what in them is text.
(function_declaration (function_body) @body) @function
(secondary_constructor (block) @body) @function
[(string_literal) (multiline_string_literal) (character_literal)] @string
[(line_comment) (block_comment) (shebang)] @comment
