package world

import (
	"yuzhou/shared/fault"
)

// deed is a sort of step.
type deed struct {
	name   string
	weight int
	run    func(*world, step)
}

// deeds are everything that can happen. A laptop's deeds are passed over while it has no book.
var deeds = []deed{
	// What people do on their laptops.
	{"customer", 30, onLaptop((*world).doCustomer)},
	{"contact", 14, onLaptop((*world).doContact)},
	{"visit", 40, onLaptop((*world).doVisit)},
	{"task", 20, onLaptop((*world).doTask)},
	{"edit", 120, onLaptop((*world).doEdit)},
	{"edit child", 40, onLaptop((*world).doEditChild)},
	{"work task", 30, onLaptop((*world).doWorkTask)},
	{"forge", 16, onLaptop((*world).doForge)},
	{"delete", 14, onLaptop((*world).doDelete)},
	{"restore", 8, onLaptop((*world).doRestore)},
	{"claim", 60, onLaptop((*world).doClaim)},
	{"release", 26, onLaptop((*world).doRelease)},
	{"transfer", 20, onLaptop((*world).doTransfer)},
	{"assign", 12, onLaptop((*world).doAssign)},
	{"deal", 6, onLaptop((*world).doDeal)},
	{"resolve", 24, onLaptop((*world).doResolve)},
	{"again", 8, onLaptop((*world).doAgain)},
	{"dismiss", 8, onLaptop((*world).doDismiss)},
	{"undo", 16, onLaptop((*world).doUndo)},
	{"read", 6, onLaptop((*world).doRead)},
	{"bulk", 1, onLaptop((*world).doBulk)},
	{"sync", 220, onLaptop((*world).doSync)},
	{"sync all", 14, (*world).doSyncAll},

	// What happens to a laptop.
	{"trouble", 120, onLaptop((*world).doTrouble)},
	{"unplug", 30, onLaptop((*world).doUnplug)},
	{"kill", 20, onLaptop((*world).doKill)},
	{"image", 8, onLaptop((*world).doImage)},
	{"back to image", 8, onLaptop((*world).doBackToImage)},
	{"clock", 12, onLaptop((*world).doClock)},
	{"disk full", 6, onLaptop((*world).doFull)},
	{"rows rot", 6, onLaptop((*world).doRot)},
	{"copied", 5, onLaptop((*world).doCopied)},

	// What the company does.
	{"move", 10, (*world).doMove},
	{"role", 10, (*world).doRole},
	{"superior", 6, (*world).doSuperior},
	{"head", 6, (*world).doHead},
	{"disable", 8, (*world).doDisable},
	{"pool veils", 8, (*world).doVeils},
	{"pool people", 8, (*world).doPoolPeople},
	{"pool rules", 8, (*world).doPoolRules},
	{"rule", 10, (*world).doRule},
	{"import", 8, (*world).doImport},
	{"command", 10, (*world).doCommand},

	// What happens to the server, and time.
	{"hours", 50, (*world).doHours},
	{"days", 8, (*world).doDays},
	{"season", 1, onLaptop((*world).doSeason)},
	{"reclaim", 30, (*world).doReclaim},
	{"server dies", 10, (*world).doServerDies},
	{"backup", 8, (*world).doBackup},
	{"back to backup", 5, (*world).doBackToBackup},
	{"server restarts", 6, (*world).doServerRestarts},
	{"server clock", 4, (*world).doServerClock},
	{"late parcel", 30, (*world).doLateParcel},
	{"attack", 5, onLaptop((*world).doAttack)},
	{"other server", 10, onLaptop((*world).doOtherServer)},
	{"quiet", 4, (*world).doQuiet},
}

func deedOf(name string) *deed {
	for i := range deeds {
		if deeds[i].name == name {
			return &deeds[i]
		}
	}
	return nil
}

// onLaptop makes a deed of what a person does on the laptop of the step.
func onLaptop(run func(*world, *laptop, step)) func(*world, step) {
	return func(w *world, s step) {
		l := w.laptops[s.Who%len(w.laptops)]
		run(w, l, s)
	}
}

// allowed passes over what the laptop itself refuses to do: people are told on the spot.
func (w *world) allowed(l *laptop, err error) bool {
	if err != nil {
		w.tell("%s: not allowed: %v", l, err)
	}
	switch fault.CodeOf(err) {
	case "":
		l.note()
		return true
	case fault.NoRight, fault.CoolDown, fault.NewInPool, fault.UserDisabled, fault.PoolNotMember, fault.PoolAssignOnly, fault.PoolDisabled,
		fault.PoolNotFound, fault.ClaimNoRight, fault.AlreadyHeld, fault.NotInPool, fault.AlreadySent, fault.NotFound, fault.FieldLocked, fault.NotHolder,
		fault.ReasonMissing, fault.Backdated, fault.FutureDate, fault.BadChoice, fault.RecordHeld, fault.NoPool, fault.AppendOnly, fault.DueBeforeStart,
		fault.UnknownKind:
		return false
	}
	w.fail(stuck, "%s: %v", l, err)
	return false
}
