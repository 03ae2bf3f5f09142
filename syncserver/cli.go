package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/jonboulle/clockwork"
)

// program is what a command line works with; tests give their own.
type program struct {
	in     io.Reader
	stdout io.Writer
	stderr io.Writer
	env    func(string) string
	clock  clockwork.Clock
}

// commandLine is every command, its arguments and flags. The help of each names a text of the language files, see
// explain.
type commandLine struct {
	Lang string `help:"lang" placeholder:"zh-Hans|en"`
	JSON bool   `name:"json" help:"json"`

	Init    initCommand    `cmd:"" help:"init"`
	Serve   serveCommand   `cmd:"" help:"serve"`
	Demo    demoCommand    `cmd:"" help:"demo"`
	Import  importCommand  `cmd:"" help:"import"`
	Admin   adminCommands  `cmd:"" help:"admin"`
	Reclaim reclaimCommand `cmd:"" help:"reclaim"`

	Audit    auditCommands   `cmd:"" help:"audit"`
	Restored restoredCommand `cmd:"" help:"restored"`

	SyncFile  syncFileCommand  `cmd:"" name:"sync-file" help:"sync_file"`
	MoveStore moveStoreCommand `cmd:"" name:"move-store" help:"move_store"`
	Version   versionCommand   `cmd:"" help:"version"`
}

// session is what a running command is given.
type session struct {
	*output
	context.Context
	program
}

// helpPrefix begins the keys of the help texts.
const helpPrefix = "server.help."

// leave is what kong's own --help ends the parsing with.
type leave int

// run parses and runs one command line and gives its exit code: 0 done, 1 failed, 2 wrongly written.
func (p program) run(ctx context.Context, args []string) (code int) {
	words, err := speak(chooseLanguage(args, p.env))
	if err != nil {
		_, _ = fmt.Fprintln(p.stderr, err)
		return exitFailed
	}
	var line commandLine
	o := &output{speech: words, out: p.stdout, err: p.stderr}
	parser, err := kong.New(&line, kong.Name("yuzhou-server"), kong.Description(words.T("server.description")),
		kong.Writers(p.stdout, p.stderr), kong.Vars{"default_data": defaultData()}, kong.Help(words.help),
		kong.Exit(func(code int) { panic(leave(code)) }),
		kong.PostBuild(func(k *kong.Kong) error {
			k.Model.HelpFlag.Help = "help"
			return nil
		}))
	if err == nil {
		err = words.explain(parser.Model)
	}
	if err != nil {
		_, _ = fmt.Fprintln(p.stderr, err)
		return exitFailed
	}
	defer func() {
		switch left := recover().(type) {
		case nil:
		case leave:
			code = int(left)
		default:
			panic(left)
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return o.usage(err)
	}
	o.json = line.JSON
	if err := parsed.Run(&session{output: o, Context: ctx, program: p}); err != nil {
		var wrong *kong.ParseError
		if errors.As(err, &wrong) {
			return o.usage(err)
		}
		return o.failure(err)
	}
	return exitDone
}

// usage says what is wrong with the command line, and where help is.
func (o *output) usage(err error) int {
	command := ""
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil {
		command = commandPath(wrong.Context)
	}
	_, _ = fmt.Fprintln(o.err, o.T("server.usage", "Detail", err.Error()))
	_, _ = fmt.Fprintln(o.err, o.T("server.usage.next", "Command", strings.TrimSpace("yuzhou-server "+command)))
	return exitUsage
}

// commandPath is the command as it was typed, without arguments: "admin user add".
func commandPath(ctx *kong.Context) string {
	var names []string
	for _, step := range ctx.Path {
		if step.Command != nil {
			names = append(names, step.Command.Name)
		}
	}
	return strings.Join(names, " ")
}

// explain puts the words of the language into the help of every command, argument and flag. The declarations hold the
// end of a key, admin_user_add for server.help.admin.user.add; kong's own way of filling in texts takes longer than
// most commands.
func (s *speech) explain(app *kong.Application) error {
	text := func(key string) string {
		return s.T(helpPrefix+strings.ReplaceAll(key, "_", "."), "DefaultData", defaultData())
	}
	return kong.Visit(app, func(node kong.Visitable, next kong.Next) error {
		switch node := node.(type) {
		case *kong.Node:
			node.Help = text(node.Help)
		case *kong.Value:
			node.Help = text(node.Help)
		}
		return next(nil)
	})
}

// defaultData is where a server's data usually is, so that an administrator need not type it each time.
func defaultData() string {
	if runtime.GOOS == "windows" {
		return `C:\ProgramData\Yuzhou`
	}
	return "/var/lib/yuzhou"
}

// help prints kong's help in our language, and the examples of the command.
func (s *speech) help(options kong.HelpOptions, ctx *kong.Context) error {
	var text bytes.Buffer
	out := ctx.Stdout
	ctx.Stdout = &text
	options.Compact = true
	err := kong.DefaultHelpPrinter(options, ctx)
	ctx.Stdout = out
	if err != nil {
		return err
	}
	help := text.String()
	if s.lang == chinese {
		help = headings.Replace(help)
	}
	key := strings.TrimSuffix("server.example."+strings.ReplaceAll(commandPath(ctx), " ", "."), ".")
	if example := s.T(key); example != key {
		help += "\n" + s.T("server.examples") + "\n  " + strings.ReplaceAll(example, "\n", "\n  ") + "\n"
	}
	_, err = io.WriteString(out, help)
	return err
}

// headings are the words that kong itself prints.
var headings = strings.NewReplacer(
	"Usage: ", "用法：", "Arguments:", "参数：", "Flags:", "选项：", "Commands:", "命令：",
	"[flags]", "[选项]", "<command>", "<命令>",
	"Run \"", "查看某个命令的说明：", "\" for more information on a command.", "",
)

// versionCommand prints the version.
type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(s *session) error {
	return s.result(map[string]string{"version": version}, func() { _, _ = fmt.Fprintln(s.out, "yuzhou-server "+version) })
}
