// From a recorded execution to words: the first sentence, the steps that matter, and why each went as it did.
//
// Thread safety: pure functions of their arguments (the namer caches).
#pragma once

#include <string>
#include <string_view>

#include "explain/diagnosis.h"
#include "explain/finding.h"
#include "trace/execution.h"

namespace lockstep::explain {

/// Explains `bug` of the execution.
Finding explain(const trace::Execution& execution, const trace::Bug& bug, names::Namer& namer);

/// All steps of the execution, with where each load got its value. Without a bug the finding is of kind kNone.
Finding walk_through(const trace::Execution& execution, names::Namer& namer);

/// What can be said of a bug that was not recorded.
Finding explain_unrecorded(const trace::Bug& bug);

/// Rule 1: pattern, object and damage.
std::string summarise(const History& history, const trace::Bug& bug, const Diagnosis& diagnosis, names::Namer& namer);

/// The same of a livelock or starvation whose repeating part is known, with what would help.
std::string summarise_cycle(const History& history, const trace::Bug& bug, const Diagnosis& diagnosis,
                            names::Namer& namer);

/// Rules 3 to 7: only the steps that matter, each with its cause.
std::vector<Step> tell(const History& history, const trace::Bug& bug, const Diagnosis& diagnosis, names::Namer& namer);

/// Every step of the program's own. For an execution without a bug, of a bug and diagnosis as they are made.
std::vector<Step> tell_everything(const History& history, const trace::Bug& bug, const Diagnosis& diagnosis,
                                  names::Namer& namer);

/// Rules 6 and 7: `waiting`, `conditions`, `accesses` and `unordered` of the finding.
void find_causes(const History& history, const trace::Bug& bug, const Diagnosis& diagnosis, names::Namer& namer,
                 Finding* finding);

/// Rule 8, from the run that passes in `failing.passing` and from how many were tried. `finding` has its steps already.
std::optional<Counterfactual> counterfactual(const trace::Execution& failing, const Diagnosis& diagnosis,
                                             const Finding& finding, names::Namer& namer);

/// Rule 9. `finding` has its objects already.
std::vector<Fix> fixes(const History& history, const trace::Bug& bug, const Diagnosis& diagnosis, names::Namer& namer,
                       const Finding& finding);

/// Whether the second access of a race is the free of the whole block: two atomic accesses alone do not race.
bool races_with_free(const History& history, const trace::Bug& bug, const Diagnosis& diagnosis, names::Namer& namer);

/// What an event did to the object of that name, as a predicate.
std::string describe(const trace::Event& event, const std::string& object, names::Namer& namer);

/// A value as the program would print it: -1, not 4294967295; a pointer by what it points to.
std::string show_value(std::uint64_t value, unsigned size, names::Namer& namer);

/// "`a`, `b` and `c`".
std::string join_names(const std::vector<std::string>& names);
/// The object that a reference count belongs to.
std::string whole_object(std::string name);
/// What a lock was misused for, as a predicate: "unlocks a mutex that nobody holds".
std::string misuse(std::string_view message, const std::string& object);
/// An exception's type and what(), the type once.
std::string exception_text(const std::string& message);
std::string quoted(const std::string& name);
/// " at file.cpp:3"; empty where the program's text has no such place.
std::string at_place(const names::SourceFrame& place);

}  // namespace lockstep::explain
