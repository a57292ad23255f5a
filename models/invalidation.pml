/*
 * The invalidation protocol of Rekindle: one namespace, one entry, one target that the entry depends on. README.md says what
 * is checked, how to run it, and what is left out.
 *
 * Everything that may happen is an option of one of the loops below, and spin tries every order. What takes time in the
 * library is several options here, so anything may come in between: a catch-up is answered, and taken in; a load begins, reads
 * the source, becomes live, and is written.
 *
 * Time is one thing only: a tick, which stands for `maxStalenessMs`.
 *
 * Names that end in `_ghost` are what the assertions need to know. No step of the protocol depends on them.
 */

/* How often what agents are made from is edited, and how many invalidations of other targets there are. */
#ifndef EDITS
#define EDITS 2
#endif
#ifndef OTHERS
#define OTHERS 1
#endif
/* How often the store loses something. */
#ifndef FAULTS
#define FAULTS 1
#endif
/*
 * What the worker that is looked at does. All of it (ALL) needs small bounds, and a second one like it (WORKERS=2) more than
 * can be searched to the end. For larger bounds:
 * - READS: it reads the config tier. The others write to the store what it finds there.
 * - MEMORY: it has a memory tier, and what it gets from the config tier is what READS shows that it may get: anything that is
 *   no older than what it knows of. All that reaches it from others is what their scripts do to the store, and messages.
 */
#ifdef ALL
#define READS 1
#define MEMORY 1
#elif defined(MEMORY)
#undef MEMORY
#define READS 0
#define MEMORY 1
#else
#undef READS
#define READS 1
#define MEMORY 0
#endif
#ifndef WORKERS
#define WORKERS 1
#endif

#define MESSAGES (EDITS + OTHERS)
#if EDITS > 2 || MESSAGES > 4
#error "There are options for two edits and four messages at most."
#endif
#define max(a, b) ((a) > (b) -> (a) : (b))

/* ------------------------------------------------------------------------------------------------------------ the store */

/* History 0: there is no clock. What workers call their own before they have asked is history 1 and 2; no store has those. */
typedef Store {
  byte history;
  byte clock;
  bool mine;          /* the clock was written by the server that answers now: its replication id */
  bool targets;       /* the sorted set of targets is there */
  byte invalidated;   /* the clock of the last invalidation of our target; 0: none */
  byte entry;         /* the version of the source that the entry was made from; 0: no entry */
  byte entry_history; /* its asOf */
  byte entry_clock
};

/* The replica lags behind by any number of writes: it is a copy that is taken now and then. */
Store primary, replica;
byte histories = 2;
byte faults = 0;
byte others = 0;           /* invalidations of other targets so far */

byte source = 1;           /* the version that a load would find now */
byte completed_ghost = 1;  /* the version that had been there when the last completed invalidation began */
byte due_ghost = 1;        /* the same, of those invalidations that were complete one tick ago: no hit may be older */

/*
 * What has been published. A message that has been sent may be heard by each worker never (it is lost), late, more than once,
 * and after those sent later. It is never taken away, which makes all of that possible without a queue.
 */
typedef Message {
  byte history;
  byte previous;
  byte clock;
  bool ours;          /* it names our target; else another one */
  byte completed_ghost
};
Message sent[MESSAGES];
byte sent_count = 0;

inline copy_store(from, to) {
  to.history = from.history; to.clock = from.clock; to.mine = from.mine; to.targets = from.targets;
  to.invalidated = from.invalidated; to.entry = from.entry; to.entry_history = from.entry_history;
  to.entry_clock = from.entry_clock
}

inline clear_store(to) {
  to.history = 0; to.clock = 0; to.mine = false; to.targets = false;
  to.invalidated = 0; to.entry = 0; to.entry_history = 0; to.entry_clock = 0
}

#ifdef MUTATION_ERA_ALONE
#define same_server true
#else
#define same_server primary.mine
#endif

#ifdef MUTATION_SAME_HISTORY_AFTER_CLOCK_LOSS
/* As if a history were the name of the namespace: what comes after the loss is called what it was called before. */
#define begin_history if :: primary.history == 0 && histories > 2 -> skip :: else -> histories++ fi
#else
#define begin_history histories++
#endif

/* clock.lua. Every script begins with it. The first history apart, it takes a fault to begin one, and each begins one at most. */
inline read_clock(seen_history, seen_clock) {
  if
  :: primary.history != 0 && primary.targets && same_server &&
     !(primary.history == seen_history && primary.clock < seen_clock) -> skip
  :: else ->
     begin_history;
     assert(histories <= 3 + faults);
     primary.history = histories; primary.clock = 0; primary.invalidated = 0;
     primary.targets = true; primary.mine = true
  fi
}

/* invalidate.lua. Whoever calls it here has seen nothing: of all callers that one notices the least. */
inline invalidate(our_target) {
  read_clock(0, 0);
  sent[sent_count].history = primary.history;
  sent[sent_count].previous = primary.clock;
  primary.clock++;
  primary.mine = true;
  sent[sent_count].clock = primary.clock;
  sent[sent_count].ours = our_target;
  if
  :: our_target -> primary.invalidated = primary.clock; completed_ghost = source
  :: else -> skip
  fi;
  sent[sent_count].completed_ghost = completed_ghost;
  sent_count++
}

/* ---------------------------------------------------------------------------------------------------------- the workers */

#define NONE 0

/*
 * A catch-up, one at a time: who wants one meanwhile joins it. Asking is no state of its own: nothing depends on it until the
 * script runs.
 */
#define ANSWERED 1

/* A load; or a build from a config that was read, which starts at HAS_READ. */
#define BEGUN 1
#define HAS_READ 2  /* the source, or the config */
#define LANDED 3    /* what it made is live, or was turned away; the write to the store is still to come */

/* A read of the config tier. */
#define HAS_FOUND 1
#define WAITS 2       /* for a catch-up that may have been answered before the read began */
#define WAITS_AGAIN 3 /* for one that has not */

/* Somebody who has joined the load. */
#define UNMOVED 1 /* asked while the view was as it had been when the load began */
#define MOVED 2

typedef Worker {
  /* The view. */
  byte history;
  byte clock;
  byte invalidated;      /* the clock of the last invalidation of our target that it knows of */
  byte known_ghost;      /* the version completed with the last invalidation that it has taken in */

  /* The memory tier. */
  byte live;             /* the version of the live agent; 0: none */
  bool vouched;
  bool looked;           /* a script has run on this connection, so plain reads may */

  byte catch_up;
  bool cu_late;          /* a tick has passed since it began */
  byte cu_history;       /* what the answer says */
  byte cu_clock;
  byte cu_invalidated;
  byte cu_completed_ghost;

  byte load;
  byte ld_version;
  byte ld_history;       /* its asOf */
  byte ld_clock;
  bool ld_unwritten;     /* it is still to be written to the store */
  bool ld_moved;         /* the view has moved since it began */
  bool ld_detached;      /* nobody joins it any more */
  byte joiner;
  byte joiner_ghost;     /* what it may expect at least */

  byte read;
  byte rd_completed_ghost; /* the version completed when the store was read: it may expect that at least */
  byte rd_history;       /* the clock that came with the entry */
  byte rd_clock;
  byte rd_entry;
  byte rd_entry_history; /* its asOf */
  byte rd_entry_clock
};
Worker worker[2];

#define me worker[id]

/* For an instant only: not part of any state. */
hidden byte news;

/* The one rule: valid iff nothing it depends on was invalidated after its asOf. */
#define is_valid(as_of_history, as_of_clock) (as_of_history == me.history && me.invalidated <= as_of_clock)

#define is_behind(h, c) (h != me.history || c > me.clock)

/* The store has forgotten what this worker knows, and tells it by a clock that went back. */
#define has_lost (primary.history == me.history && primary.clock < me.clock)

/* A load that others may join. */
#define flying (me.load == BEGUN || me.load == HAS_READ)

#ifdef MUTATION_GAP_IGNORED
/* Whatever a message says is taken for all that there is to know. */
#define is_next(n) (sent[n].clock > me.clock)
#else
#define is_next(n) (sent[n].previous == me.clock)
#endif

#ifdef MUTATION_NO_LOOK_ON_NEW_CONNECTION
#define may_read true
#else
#define may_read me.looked
#endif

#ifdef MUTATION_STAMP_AT_END
#define stamp_at_end if :: me.load == HAS_READ && (me.ld_unwritten || !READS) -> stamp :: else -> skip fi
#if MEMORY
#define stamp me.ld_history = me.history; me.ld_clock = me.clock
#else
#define stamp me.ld_history = primary.history; me.ld_clock = primary.clock
#endif
#else
#define stamp_at_end skip
#endif

/*
 * Who joins what began before it asked may expect no more than what this worker knew when it asked. With JOIN_BOUND it may
 * expect what it may expect of memory, too: README.md has the result.
 */
#ifdef JOIN_BOUND
#define joiner_expects max(me.known_ghost, due_ghost)
#else
#define joiner_expects me.known_ghost
#endif
#ifdef JOIN_ONLY_VOUCHED
#define may_join me.vouched
#else
#define may_join true
#endif

/* What must be reachable, or the checks say nothing: with any one of these defined, spin must find a failure. */
#ifdef REACH_READ
/* The last version is used by a read that began after it was completed. */
#define reach_use assert(!(me.rd_completed_ghost == EDITS + 1))
#endif
#ifdef REACH_READ_IN_LAST_HISTORY
/* The same, after all faults, each of which has begun a history. */
#define reach_use assert(!(me.rd_completed_ghost == EDITS + 1 && me.history == 3 + FAULTS))
#endif
#ifdef REACH_READ_AFTER_CATCH_UPS
/* What was found is good, but the view had to catch up twice to say so. */
#define reach_use assert(!(me.read == WAITS_AGAIN && me.rd_entry == EDITS + 1))
#endif
#ifdef REACH_OVERTAKEN_ENTRY
/* What is in the store is older than what was completed, though stamped in the history that the store has. */
#define reach_found assert(!(primary.entry < completed_ghost && primary.entry_history == primary.history && primary.mine))
#endif
#ifdef REACH_OVERTAKEN_LOAD
/* What was made is turned away, being older than what this worker knows of. */
#define reach_turned_away assert(!(me.ld_version < me.known_ghost))
#endif
#ifdef REACH_OVERTAKEN_JOIN
/* Who asked before an invalidation gets what it has overtaken. */
#define reach_join assert(!(me.ld_version < me.known_ghost))
#endif
#ifdef REACH_OLD_HIT
/* Within the bound, a hit may be older than what was completed. That is what the bound is for. */
#define reach_hit assert(!(me.live < completed_ghost))
#endif
#ifdef REACH_NEW_HIT
/* After the bound, the last version is hit. */
#define reach_hit assert(!(due_ghost == EDITS + 1))
#endif

/* And what must not be reachable. */
#ifdef NEVER_WENT_BACK
/* A clock that went back: since the server tells its replication id, it is in a new history by then. */
#define went_back assert(false)
#else
#define went_back skip
#endif

#ifndef reach_use
#define reach_use skip
#endif
#ifndef reach_found
#define reach_found skip
#endif
#ifndef reach_turned_away
#define reach_turned_away skip
#endif
#ifndef reach_join
#define reach_join skip
#endif
#ifndef reach_hit
#define reach_hit skip
#endif

/* Takes in a clock of the store, and when our target was invalidated (0: nothing new about it). */
inline apply(new_history, new_clock, when, new_ghost) {
  if
  :: new_history != me.history ->
     me.live = NONE;
     me.ld_moved = flying;
     me.ld_detached = (flying && (me.ld_detached || when > 0));
     me.history = new_history; me.clock = new_clock; me.invalidated = when
  :: else ->
     me.ld_moved = (flying && (me.ld_moved || new_clock > me.clock));
     if
     :: when > me.clock -> me.live = NONE; me.ld_detached = flying; me.invalidated = when
     :: else -> skip
     fi;
     me.clock = max(me.clock, new_clock)
  fi;
  me.known_ghost = max(me.known_ghost, new_ghost);
  /* Whatever is live now is no older than what this worker knows of. */
  assert(me.live == NONE || me.live >= me.known_ghost)
}

/* A message: the next step is taken in, an old one changes nothing, and after a gap a catch-up follows (as it may anyway). */
#define can_hear(n) (sent_count > n && sent[n].history == me.history && is_next(n))
inline hear(n) {
  news = (sent[n].ours -> sent[n].clock : 0);
  apply(sent[n].history, sent[n].clock, news, sent[n].completed_ghost);
  news = 0
}

inline end_catch_up() {
  me.catch_up = NONE; me.cu_late = false;
  me.cu_history = 0; me.cu_clock = 0; me.cu_invalidated = 0; me.cu_completed_ghost = 0
}

inline end_load() {
  me.load = NONE; me.ld_version = 0; me.ld_history = 0; me.ld_clock = 0;
  me.ld_unwritten = false; me.ld_moved = false; me.ld_detached = false
}

inline end_read() {
  me.read = NONE; me.rd_completed_ghost = 0; me.rd_history = 0; me.rd_clock = 0;
  me.rd_entry = 0; me.rd_entry_history = 0; me.rd_entry_clock = 0
}

/* An agent is made of a config that is valid as of now: later invalidations count from here. */
inline build_from(version) {
  me.load = HAS_READ; me.ld_version = version; me.ld_history = me.history; me.ld_clock = me.clock
}

inline judge() {
  if
  :: is_valid(me.rd_entry_history, me.rd_entry_clock) ->
     /* A config read is never older than what was completed before it. */
     assert(me.rd_entry >= me.rd_completed_ghost);
     assert(me.rd_entry >= me.known_ghost);
     reach_use;
     if
     :: MEMORY && me.load == NONE -> build_from(me.rd_entry)
     :: else -> skip
     fi
  :: else -> skip
  fi;
  end_read()
}

inline write() {
  stamp_at_end;
  primary.entry = me.ld_version; primary.entry_history = me.ld_history; primary.entry_clock = me.ld_clock;
  me.ld_unwritten = false
}

inline land() {
  stamp_at_end;
  if
  :: me.joiner == UNMOVED || (me.joiner == MOVED && is_valid(me.ld_history, me.ld_clock)) ->
     assert(me.ld_version >= me.joiner_ghost);
     reach_join
  :: else -> skip
  fi;
  me.joiner = NONE; me.joiner_ghost = 0;
  if
#ifdef MUTATION_LIVE_UNCHECKED
  :: true ->
#else
  :: is_valid(me.ld_history, me.ld_clock) ->
#endif
     me.live = me.ld_version;
     /* What an invalidation has overtaken does not become live once this worker knows of the invalidation. */
     assert(me.live >= me.known_ghost)
  :: else -> reach_turned_away
  fi;
  if
  :: me.ld_unwritten -> me.load = LANDED; me.ld_moved = false; me.ld_detached = false
  :: else -> end_load()
  fi
}

proctype Work(byte id) {
  do
  /* ---- a catch-up, which may begin at any time: for the heartbeat, a gap, a new connection, or a read: sync.lua, and its answer */
  :: d_step { me.catch_up == NONE ->
       read_clock(me.history, me.clock);
       me.looked = READS;
       me.catch_up = ANSWERED; me.cu_history = primary.history; me.cu_clock = primary.clock;
       me.cu_invalidated = (primary.history != me.history || primary.invalidated > me.clock -> primary.invalidated : 0);
       me.cu_completed_ghost = completed_ghost
     }
  :: d_step { me.catch_up == ANSWERED ->
       apply(me.cu_history, me.cu_clock, me.cu_invalidated, me.cu_completed_ghost);
#ifdef MUTATION_VOUCH_FROM_ANSWER
       me.vouched = MEMORY;
#else
       /* From when it began, so one that took longer than a tick vouches for nothing. */
       me.vouched = (MEMORY && (me.vouched || !me.cu_late));
#endif
       end_catch_up();
       if
#ifndef MUTATION_ONE_CATCH_UP
       :: me.read == WAITS && is_behind(me.rd_history, me.rd_clock) -> me.read = WAITS_AGAIN
       :: me.read == WAITS && !is_behind(me.rd_history, me.rd_clock) -> judge()
#else
       :: me.read == WAITS -> judge()
#endif
       :: me.read == WAITS_AGAIN -> judge()
       :: else -> skip
       fi
     }
  /* It fails, before or after the script. Who waits for it gets no config from the store. */
  :: d_step { me.catch_up == ANSWERED || me.read == WAITS || me.read == WAITS_AGAIN ->
       end_catch_up();
       if
       :: me.read == WAITS || me.read == WAITS_AGAIN -> end_read()
       :: else -> skip
       fi
     }

  /* ---- messages */
  :: d_step { can_hear(0) -> hear(0) }
#if MESSAGES > 1
  :: d_step { can_hear(1) -> hear(1) }
#endif
#if MESSAGES > 2
  :: d_step { can_hear(2) -> hear(2) }
#endif
#if MESSAGES > 3
  :: d_step { can_hear(3) -> hear(3) }
#endif

#if MEMORY
  /* ---- loads */
  :: d_step { me.load == NONE ->
       me.load = BEGUN; me.ld_history = me.history; me.ld_clock = me.clock; me.ld_unwritten = READS
     }
  :: d_step { me.load == BEGUN -> me.load = HAS_READ; me.ld_version = source }
  :: d_step { me.load == HAS_READ -> land() }
  /* It is written even if it has been overtaken. Nobody waits for that, and it may fail. */
  :: d_step { me.load == HAS_READ && me.ld_unwritten -> write() }
  :: d_step { me.load == LANDED -> write(); end_load() }
  :: d_step { me.load == LANDED -> end_load() }
  :: d_step { flying && !me.ld_detached && me.live == NONE && me.joiner == NONE && may_join ->
       me.joiner = (me.ld_moved -> MOVED : UNMOVED); me.joiner_ghost = joiner_expects
     }
#if !READS
  /* In place of reads. */
  :: d_step { me.load == NONE && source >= me.known_ghost -> build_from(source) }
  :: d_step { me.load == NONE && source - 1 >= me.known_ghost -> build_from(source - 1) }
  :: d_step { me.load == NONE && source - 2 >= me.known_ghost -> build_from(source - 2) }
#endif

  /* ---- a hit in memory */
  :: d_step { me.live != NONE && me.vouched ->
       /* Older than nothing that was complete a tick ago, and than nothing that this worker knows of. */
       assert(me.live >= due_ghost);
       assert(me.live >= me.known_ghost);
       reach_hit
     }
#endif

#if READS
  /* ---- reads of the config tier */
  /* On a new connection a script looks first. */
  :: d_step { !me.looked -> read_clock(0, 0); me.looked = true }
  /*
   * Pointer and clock, at one instant. The read began before that; to take it to begin here is to expect more of it. Without
   * a clock, a script begins a history, and nothing has been found.
   */
  :: d_step { may_read && primary.history == 0 -> read_clock(0, 0) }
  :: d_step { may_read && primary.history != 0 && primary.entry != 0 && me.read == NONE ->
       me.read = HAS_FOUND; me.rd_history = primary.history; me.rd_clock = primary.clock;
       me.rd_entry = primary.entry; me.rd_entry_history = primary.entry_history; me.rd_entry_clock = primary.entry_clock;
       me.rd_completed_ghost = completed_ghost;
       reach_found;
       if
       :: has_lost -> went_back; me.read = WAITS
       :: else -> skip
       fi
     }
  :: d_step { me.read == HAS_FOUND ->
       if
#ifndef MUTATION_READ_WITHOUT_CATCH_UP
       :: is_behind(me.rd_history, me.rd_clock) -> me.read = WAITS
#endif
       :: else -> judge()
       fi
     }
#endif
  od
}

/*
 * All other workers, where only one does everything. What a load is stamped with is a clock that the store has had; one in a
 * worker that lags behind is like one that began earlier.
 */
proctype Others(byte id) {
  do
#if READS
  :: d_step { me.load == NONE ->
       read_clock(0, 0);
       me.load = BEGUN; me.ld_history = primary.history; me.ld_clock = primary.clock; me.ld_unwritten = true
     }
  :: d_step { me.load == BEGUN -> me.load = HAS_READ; me.ld_version = source }
  :: d_step { me.load == HAS_READ -> write(); end_load() }
  :: d_step { me.load == HAS_READ -> end_load() }
#else
  :: d_step { read_clock(0, 0) }
#endif
  od
}

/* ------------------------------------------------------------------------------------------------------- the rest of it */

inline failover() {
  copy_store(replica, primary);
  primary.mine = false;
  worker[0].looked = false; worker[1].looked = false
}

/* Only to have fewer states: no further fault will ask for it. */
inline forget_replica() {
  if
  :: faults == FAULTS -> clear_store(replica)
  :: else -> skip
  fi
}

proctype Edit() {
end:
  do
  :: d_step { source <= EDITS -> source++ }
  :: d_step { completed_ghost < source -> invalidate(true) }
  :: d_step { others < OTHERS -> others++; invalidate(false) }
  od
}

proctype Trouble() {
end:
  do
  /* A tick: what was vouched for before is so no longer. */
  :: d_step { MEMORY && (due_ghost != completed_ghost || worker[0].vouched || worker[1].vouched) ->
       due_ghost = completed_ghost;
       worker[0].vouched = false; worker[0].cu_late = (worker[0].catch_up != NONE);
       worker[1].vouched = false; worker[1].cu_late = (worker[1].catch_up != NONE)
     }
  :: d_step { faults < FAULTS -> copy_store(primary, replica); replica.mine = false }

  /* Everything is lost. */
  :: d_step { faults < FAULTS -> faults++; clear_store(primary); forget_replica() }
  /* The replica takes over, and with it comes back what it had. */
  :: d_step { faults < FAULTS -> faults++; failover(); forget_replica() }
  /* One key is lost: it was evicted, or somebody removed it. */
  :: d_step { faults < FAULTS && primary.history != 0 ->
       faults++; primary.history = 0; primary.clock = 0; primary.mine = false; forget_replica()
     }
  :: d_step { faults < FAULTS && primary.targets -> faults++; primary.targets = false; primary.invalidated = 0; forget_replica() }
  od
}

init {
  atomic {
    worker[0].history = 1; worker[0].known_ghost = 1;
    worker[1].history = 2; worker[1].known_ghost = 1;
    run Work(0);
    if :: WORKERS == 2 -> run Work(1) :: else -> run Others(1) fi;
    run Edit(); run Trouble()
  }
}
