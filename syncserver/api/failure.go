package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// statuses gives each fault its HTTP status. The desktop decides by the code; the status is for proxies, logs and
// for the one question every client has to answer: is it worth sending the same request again (408, 429, 5xx)?
// A test holds the table against the closed list of codes.
var statuses = map[fault.Code]int{
	fault.Required:       http.StatusUnprocessableEntity,
	fault.TooLong:        http.StatusUnprocessableEntity,
	fault.BadMobile:      http.StatusUnprocessableEntity,
	fault.BadPhone:       http.StatusUnprocessableEntity,
	fault.BadEmail:       http.StatusUnprocessableEntity,
	fault.BadURL:         http.StatusUnprocessableEntity,
	fault.BadCreditCode:  http.StatusUnprocessableEntity,
	fault.BadDate:        http.StatusUnprocessableEntity,
	fault.BadTime:        http.StatusUnprocessableEntity,
	fault.BadNumber:      http.StatusUnprocessableEntity,
	fault.BadChoice:      http.StatusUnprocessableEntity,
	fault.BadReference:   http.StatusUnprocessableEntity,
	fault.FutureDate:     http.StatusUnprocessableEntity,
	fault.Backdated:      http.StatusUnprocessableEntity,
	fault.ReasonMissing:  http.StatusUnprocessableEntity,
	fault.DueBeforeStart: http.StatusUnprocessableEntity,
	fault.WeakPassword:   http.StatusUnprocessableEntity,
	fault.EmptyRule:      http.StatusUnprocessableEntity,
	fault.Circle:         http.StatusUnprocessableEntity,

	fault.NoRight:        http.StatusForbidden,
	fault.NotHolder:      http.StatusForbidden,
	fault.FieldLocked:    http.StatusForbidden,
	fault.AppendOnly:     http.StatusForbidden,
	fault.ExecutorBlind:  http.StatusForbidden,
	fault.ClaimNoRight:   http.StatusForbidden,
	fault.PoolNotMember:  http.StatusForbidden,
	fault.PoolAssignOnly: http.StatusForbidden,
	fault.OtherAccount:   http.StatusForbidden,
	fault.LeaseEnded:     http.StatusForbidden,

	fault.NotFound:     http.StatusNotFound,
	fault.PoolNotFound: http.StatusNotFound,

	fault.PoolDisabled: http.StatusConflict,
	fault.NotInPool:    http.StatusConflict,
	fault.AlreadyHeld:  http.StatusConflict,
	fault.RecordHeld:   http.StatusConflict,
	fault.NewInPool:    http.StatusConflict,
	fault.CoolDown:     http.StatusConflict,
	fault.DailyLimit:   http.StatusConflict, // not 429: asking again in a minute changes nothing
	fault.PoolCap:      http.StatusConflict,
	fault.HoldingCap:   http.StatusConflict,
	fault.NoPool:       http.StatusConflict,
	fault.UserDisabled: http.StatusConflict,
	fault.LastPool:     http.StatusConflict,
	fault.PoolNotEmpty: http.StatusConflict,
	fault.EditedSince:  http.StatusConflict,
	fault.DependsOn:    http.StatusConflict,
	fault.ReplicaFork:  http.StatusConflict,
	fault.Overridden:   http.StatusConflict,
	fault.HandedOn:     http.StatusConflict,
	fault.EpochChanged: http.StatusConflict,
	fault.MassRemoval:  http.StatusConflict,
	fault.AlreadyOpen:  http.StatusConflict,
	fault.AlreadySent:  http.StatusConflict,
	fault.Forgotten:    http.StatusConflict,
	fault.ReplicaNewer: http.StatusConflict,
	fault.ReplicaSaved: http.StatusConflict,
	fault.Exists:       http.StatusConflict,

	fault.SyncFileLogin: http.StatusConflict,
	fault.SyncFileStale: http.StatusConflict,
	fault.BadSyncFile:   http.StatusBadRequest,

	fault.UnknownKind:     http.StatusBadRequest,
	fault.UnknownField:    http.StatusBadRequest,
	fault.Malformed:       http.StatusBadRequest,
	fault.DigestMismatch:  http.StatusBadRequest,
	fault.BadAddress:      http.StatusBadRequest,
	fault.InsecureAddress: http.StatusBadRequest,
	fault.CertExpired:     http.StatusBadRequest,
	fault.CertName:        http.StatusBadRequest,
	fault.CertUnknown:     http.StatusBadRequest,
	fault.PlainServer:     http.StatusBadRequest,
	fault.NotListening:    http.StatusBadRequest,
	fault.UnknownHost:     http.StatusBadRequest,
	fault.BadFile:         http.StatusBadRequest,
	fault.NoHeader:        http.StatusBadRequest,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.OldProtocol:     http.StatusUpgradeRequired,

	fault.Unauthorized:    http.StatusUnauthorized,
	fault.BadLogin:        http.StatusUnauthorized,
	fault.AccountDisabled: http.StatusForbidden,
	fault.DeviceLimit:     http.StatusForbidden,
	fault.TooManyTries:    http.StatusTooManyRequests,

	fault.Busy:          http.StatusServiceUnavailable, // 429 when it is the asker's own doing, see busy
	fault.Offline:       http.StatusServiceUnavailable,
	fault.NotOurServer:  http.StatusBadGateway,
	fault.DiskFull:      http.StatusInsufficientStorage,
	fault.ReplicaBroken: http.StatusInternalServerError,
	fault.Parked:        http.StatusInternalServerError,
	fault.Internal:      http.StatusInternalServerError,
}

// status is the HTTP status of a code; an unlisted one is our own mistake.
func status(code fault.Code) int {
	if s, ok := statuses[code]; ok {
		return s
	}
	return http.StatusInternalServerError
}

// retryAfter is how long, in seconds, a client should stay away that is told to come back.
const retryAfter = 2

// refuse ends the request with err as a wire.Failure. The technical cause goes to the log and never to the asker.
func (a *API) refuse(c *gin.Context, err error) {
	f := failed(c, err)
	a.refuseAs(c, status(f.Code), f)
}

// refuseAs is refuse with another status than that of the code.
func (a *API) refuseAs(c *gin.Context, code int, f *fault.Fault) {
	request := c.GetString(keyRequest)
	if code >= http.StatusInternalServerError {
		a.log.ErrorContext(c.Request.Context(), "request failed", slog.String("request", request),
			slog.String("route", c.FullPath()), slog.String("error", f.Error()))
	}
	if code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable {
		after := f.Params["Seconds"]
		if after == "" {
			after = strconv.Itoa(retryAfter)
		}
		c.Header("Retry-After", after)
	}
	if code == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	c.Set(keyCode, string(f.Code))
	c.AbortWithStatusJSON(code, wire.Failure{Code: string(f.Code), Field: f.Field, Params: f.Params, Request: request})
}

// failed names err. What nobody has named is INTERNAL, except two that are no fault of the program: a client that
// went away, and work that took longer than a request may.
func failed(c *gin.Context, err error) *fault.Fault {
	var tooLarge *http.MaxBytesError
	var named *fault.Fault
	switch {
	case errors.As(err, &tooLarge):
		return fault.New(fault.TooLarge, "Limit", tooLarge.Limit)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return fault.New(fault.Busy).Because("request", err)
	case errors.As(err, &named):
		return named
	case c.Request.Context().Err() != nil: // the database said in its own words that it was interrupted
		return fault.New(fault.Busy).Because("request", err)
	}
	return fault.New(fault.Internal).Because("request", err)
}
