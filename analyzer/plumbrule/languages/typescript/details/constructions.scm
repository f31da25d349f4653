(new_expression constructor: (_) @type) @construction
