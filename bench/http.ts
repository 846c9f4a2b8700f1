/** The HTTP edge, measured: all of it in one run, or the workloads that are named. */
import { largeContent } from './http/large-content.ts'
import { listing } from './http/listing.ts'
import { listingRate } from './http/listing-rate.ts'
import { statistics } from './http/statistics.ts'
import { tokenCheck } from './http/token-check.ts'
import { runWorkloads } from './support/run-workloads.ts'

await runWorkloads('node bench/http.ts', [listing, listingRate, statistics, tokenCheck, largeContent])
