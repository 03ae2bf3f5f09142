package main

// adminCommands are the commands of the machine's administrator. They work on the data folder, also while a server
// runs on it: what they change counts there at the next request.
type adminCommands struct {
	User       userCommands       `cmd:"" help:"admin_user"`
	Department departmentCommands `cmd:"" help:"admin_department"`
	Role       roleCommands       `cmd:"" help:"admin_role"`
	Pool       poolCommands       `cmd:"" help:"admin_pool"`
	Rule       ruleCommands       `cmd:"" help:"admin_rule"`
	Device     deviceCommands     `cmd:"" help:"admin_device"`
	Settings   settingsCommands   `cmd:"" help:"admin_settings"`
}

type userCommands struct {
	Add      userAdd      `cmd:"" help:"admin_user_add"`
	List     userList     `cmd:"" help:"admin_user_list"`
	Move     userMove     `cmd:"" help:"admin_user_move"`
	Roles    userRoles    `cmd:"" help:"admin_user_roles"`
	Password userPassword `cmd:"" help:"admin_user_password"`
	Disable  userDisable  `cmd:"" help:"admin_user_disable"`
	Enable   userEnable   `cmd:"" help:"admin_user_enable"`
}

type departmentCommands struct {
	Add    departmentAdd    `cmd:"" help:"admin_department_add"`
	List   departmentList   `cmd:"" help:"admin_department_list"`
	Move   departmentMove   `cmd:"" help:"admin_department_move"`
	Rename departmentRename `cmd:"" help:"admin_department_rename"`
	Head   departmentHead   `cmd:"" help:"admin_department_head"`
}

type roleCommands struct {
	List roleList `cmd:"" help:"admin_role_list"`
}

type poolCommands struct {
	Add  poolAdd  `cmd:"" help:"admin_pool_add"`
	List poolList `cmd:"" help:"admin_pool_list"`
	Set  poolSet  `cmd:"" help:"admin_pool_set"`
}

type ruleCommands struct {
	Add  ruleAdd  `cmd:"" help:"admin_rule_add"`
	List ruleList `cmd:"" help:"admin_rule_list"`
	Set  ruleSet  `cmd:"" help:"admin_rule_set"`
	Off  ruleOff  `cmd:"" help:"admin_rule_off"`
	On   ruleOn   `cmd:"" help:"admin_rule_on"`
}

type deviceCommands struct {
	List   deviceList   `cmd:"" help:"admin_device_list"`
	Revoke deviceRevoke `cmd:"" help:"admin_device_revoke"`
}

type settingsCommands struct {
	Show settingsShow `cmd:"" help:"admin_settings_show"`
	Set  settingsSet  `cmd:"" help:"admin_settings_set"`
}
