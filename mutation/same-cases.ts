import fc from 'fast-check'

// The same random cases for every mutant, as many as a third of a second allows: hundreds of mutants are tried with each property.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1, interruptAfterTimeLimit: 300 })
