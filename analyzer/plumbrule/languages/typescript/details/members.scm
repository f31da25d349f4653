(member_expression object: (this) property: [(property_identifier) (private_property_identifier)] @member)
(call_expression
  function: (member_expression
    object: (member_expression object: (this) property: [(property_identifier) (private_property_identifier)] @asked)))
