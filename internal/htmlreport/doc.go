// Package htmlreport shows results as one HTML document that needs nothing else: no network, and no script to
// be readable. A policy in the document forbids it to load anything, or to run anything but what is in here.
// Whatever text a result holds is escaped.
package htmlreport
