package api

import (
	"net/http"

	"yuzhou/shared/wire"
)

// prefix begins every path of the interface; its number changes only with what old laptops could not bear.
const prefix = "/api/v1"

// The actions of administration, as package access names them.
var (
	manageUsers    = may("admin", "manage_users")
	manageRoles    = may("admin", "manage_roles")
	managePools    = may("admin", "manage_pools")
	manageSettings = may("admin", "manage_settings")
)

const (
	get   = http.MethodGet
	post  = http.MethodPost
	patch = http.MethodPatch
	erase = http.MethodDelete
)

// routes is every route of the server with its permission. A right here means: in some scope at all; the hub then
// asks for the very record.
func (a *API) routes() []route {
	return []route{
		{get, pathLive, public, "The program runs.", give(a.live)},
		{get, pathReady, public, "The program can do its work; 503 when not, with the checks.", readyEndpoint()},
		{get, prefix + "/openapi.json", public, "This description.", openAPIEndpoint()},

		{post, wire.PathLogin, public, "A device token for a name and a password.", message(a.login)},
		{post, wire.PathLogout, signedIn, "End the device token.", give(a.logout)},
		{get, prefix + "/me", signedIn, "Who the token belongs to, and what the server speaks.", give(a.me)},
		{post, wire.PathPull, signedIn, "One page of what the laptop does not have.", pullEndpoint()},
		{post, wire.PathPush, signedIn, "A batch of mutations; a result for each.", pushEndpoint()},
		{post, wire.PathSums, signedIn, "Counts and digests of parts of a scope, to find where two books differ.", a.sumsEndpoint()},
		{get, wire.PathPokes, signedIn, "Events without data, the number of the newest commit, when a pull would bring news.", pokesEndpoint()},

		{get, prefix + "/customers/:id", may("customer", "see"), "A customer and who holds it, as far as the asker may see.", give(a.customer)},
		{post, prefix + "/customers/:id/claim", may("customer", "claim"), "Take a customer out of a pool.", take(a.claim)},
		{post, prefix + "/customers/:id/release", may("customer", "release"), "Give a customer up to a pool.", take(a.release)},
		{post, prefix + "/customers/:id/transfer", may("customer", "transfer"), "Hand a customer to another user.", take(a.transfer)},
		{post, prefix + "/customers/:id/assign", may("customer", "assign"), "Give a customer out of a pool to a user.", take(a.assign)},

		{get, prefix + "/admin/users", manageUsers, "All users.", give(a.list("user"))},
		{post, prefix + "/admin/users", manageUsers, "Add a user; the account opens with its first password.", take(a.add("user"))},
		{patch, prefix + "/admin/users/:id", manageUsers, "Change fields of a user.", take(a.change("user"))},
		{post, prefix + "/admin/users/:id/password", manageUsers, "Set a user's password; ends the user's sessions.", take(a.setPassword)},
		{post, prefix + "/admin/users/:id/disable", manageUsers, "Disable a user; ends the user's sessions.", give(a.disable(true))},
		{post, prefix + "/admin/users/:id/enable", manageUsers, "Enable a user again.", give(a.disable(false))},

		{get, prefix + "/admin/departments", manageUsers, "All departments.", give(a.list("department"))},
		{post, prefix + "/admin/departments", manageUsers, "Add a department.", take(a.add("department"))},
		{patch, prefix + "/admin/departments/:id", manageUsers, "Change fields of a department.", take(a.change("department"))},

		{get, prefix + "/admin/roles", manageRoles, "All roles.", give(a.list("role"))},

		{get, prefix + "/admin/pools", managePools, "All pools.", give(a.list("pool"))},
		{post, prefix + "/admin/pools", managePools, "Add a pool.", take(a.add("pool"))},
		{patch, prefix + "/admin/pools/:id", managePools, "Change fields of a pool.", take(a.change("pool"))},

		{get, prefix + "/admin/rules", managePools, "All reclaim rules.", give(a.list("rule"))},
		{post, prefix + "/admin/rules", managePools, "Add a reclaim rule; it takes effect the next day.", take(a.add("rule"))},
		{patch, prefix + "/admin/rules/:id", managePools, "Change fields of a reclaim rule; it takes effect the next day.", take(a.change("rule"))},

		{get, prefix + "/admin/settings", manageSettings, "The company's settings.", give(a.settings)},
		{patch, prefix + "/admin/settings", manageSettings, "Change settings.", take(a.changeSettings)},

		{get, prefix + "/admin/devices", manageUsers, "All devices with their last contact.", give(a.devices)},
		{erase, prefix + "/admin/devices/:id", manageUsers, "End a device's token.", give(a.revokeDevice)},

		{get, prefix + "/admin/reclaim/preview", managePools, "What a reclaim run would take now.", give(a.previewReclaim)},
		{post, prefix + "/admin/reclaim/run", managePools, "Run the reclaim that is due, if one is; the report of the latest run.", give(a.runReclaim)},
		{get, prefix + "/admin/reclaim/reports", managePools, "The reports of the latest runs.", give(a.reclaimReports)},
	}
}
