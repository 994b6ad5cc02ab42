package scim

import "maps"

// What the service can do and what it keeps, as directories ask for it (RFC 7643, 5 to 7).

type object = map[string]any

func (s *Server) config() object {
	off := object{"supported": false}
	return object{
		"schemas":               []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"patch":                 object{"supported": true},
		"bulk":                  object{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"filter":                object{"supported": true, "maxResults": maxPage},
		"changePassword":        off,
		"sort":                  object{"supported": true},
		"etag":                  object{"supported": true},
		"authenticationSchemes": []object{{"type": "oauthbearertoken", "name": "Bearer token", "description": "A token that an administrator of the vendor makes for one customer", "primary": true}},
		"meta":                  meta{ResourceType: "ServiceProviderConfig", Location: s.URL + "/scim/v2/ServiceProviderConfig"},
	}
}

func (s *Server) resourceTypes() []object {
	one := func(id, endpoint, schema string) object {
		return object{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"}, "id": id, "name": id, "endpoint": endpoint,
			"schema": schema, "meta": meta{ResourceType: "ResourceType", Location: s.URL + "/scim/v2/ResourceTypes/" + id}}
	}
	return []object{one("User", "/Users", userSchema), one("Group", "/Groups", groupSchema)}
}

// attribute describes one attribute. mutability is readWrite, readOnly.
func attribute(name, kind string, more object) object {
	a := object{"name": name, "type": kind, "multiValued": false, "required": false, "caseExact": false, "mutability": "readWrite",
		"returned": "default", "uniqueness": "none", "description": ""}
	maps.Copy(a, more)
	return a
}

func (s *Server) schemas() []object {
	text := func(name string) object { return attribute(name, "string", nil) }
	list := func(name string, more object) object {
		a := attribute(name, "complex", object{"multiValued": true, "subAttributes": []object{text("value"), text("type"), attribute("primary", "boolean", nil)}})
		maps.Copy(a, more)
		return a
	}
	reads := object{"mutability": "readOnly"}
	one := func(id, name string, attributes []object) object {
		return object{"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:Schema"}, "id": id, "name": name, "description": "", "attributes": attributes,
			"meta": meta{ResourceType: "Schema", Location: s.URL + "/scim/v2/Schemas/" + id}}
	}
	return []object{
		one(userSchema, "User", []object{
			attribute("userName", "string", object{"required": true, "uniqueness": "server"}),
			attribute("name", "complex", object{"subAttributes": []object{text("formatted"), text("givenName"), text("familyName")}}),
			text("displayName"), list("emails", nil), list("phoneNumbers", nil), text("preferredLanguage"), text("locale"), text("timezone"),
			attribute("active", "boolean", nil), list("roles", reads),
		}),
		one(groupSchema, "Group", []object{attribute("displayName", "string", reads), list("members", reads)}),
	}
}
