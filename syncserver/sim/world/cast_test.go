package world

import "yuzhou/shared/crm"

// cast are the laptops there are in the company: who has one, and where he stands. A person may have two.
var cast = []struct{ login, department, role string }{
	0:  {"zhang", "east", crm.RoleSales},
	1:  {"wang", "east", crm.RoleSales},
	2:  {"li", "east", crm.RoleManager},
	3:  {"zhang", "east", crm.RoleSales},
	4:  {"chen", "east", crm.RoleSales},
	5:  {"zhao", "west", crm.RoleSales},
	6:  {"qian", "west", crm.RoleManager},
	7:  {"admin", "top", crm.RoleAdmin},
	8:  {"sun", "east", crm.RoleReadOnly},
	9:  {"zhou", "coast", crm.RoleSales},
	10: {"boss", "top", "auditor"},
	11: {"wang", "east", crm.RoleSales},
	12: {"feng", "coast", "below"},
}

// logins lists the people of the company.
var logins = []string{"zhang", "wang", "li", "chen", "zhao", "qian", "admin", "sun", "zhou", "boss", "feng"}

// Two roles that the presets do not have: who sees everything and changes nothing, and who works by the line of superiors.
var (
	auditorRole = []string{"customer:see:all", "contact:see:all", "followup:see:all", "task:see:all"}
	belowRole   = []string{
		"customer:see:self_below", "customer:create:self", "customer:edit:self_below", "customer:claim:self", "customer:release:self_below",
		"customer:transfer:self_below", "contact:create:self_below", "contact:edit:self", "followup:create:self_below", "task:create:self_below",
		"task:edit:self_below", "task:delete:self",
	}
)

const password = "correct horse battery"

// cheapHash is the hash of password at a cost that many logins can afford; a hash says itself what it costs.
const cheapHash = "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$zXWWUNxFCSQ7dVrBawnnax5e3t0/8LduYi2KAH2VCy8"
