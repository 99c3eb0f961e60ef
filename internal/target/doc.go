// Package target is the server under test: one feed, served over every transport on the service
// address, which is measured, and controlled on the admin address, which is not.
package target
