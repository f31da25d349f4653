(object_creation_expression type: (_) @type) @construction
