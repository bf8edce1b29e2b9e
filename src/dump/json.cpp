#include <nlohmann/json.hpp>

#include "dump/forms.h"

namespace lockstep::dump {
namespace {

using Json = nlohmann::ordered_json;
using report::valid_utf8;

Json place_json(const Place& place, bool certain) {
  return {{"function", valid_utf8(place.function)},
          {"file", place.file.empty() ? Json() : Json(valid_utf8(place.file))},
          {"line", place.line > 0 ? Json(place.line) : Json()},
          {"certain", certain}};
}

std::string ends_word(Ends ends) {
  switch (ends) {
    case Ends::kHolder:
      return "holder";
    case Ends::kGone:
      return "nobody";
    case Ends::kAnyThread:
      return "any-thread";
    case Ends::kAnyTask:
      return "any-task";
    case Ends::kOutside:
      return "outside";
    case Ends::kTime:
      return "time";
  }
  return "outside";
}

Json wait_json(const Wait& w) {
  Json j;
  j["kind"] = w.kind;
  j["object"] = w.object.empty() ? Json() : Json(valid_utf8(w.object));
  j["holder"] = w.holders.empty() ? Json() : Json(w.holders.front());
  j["holders"] = w.holders;
  j["ended_by"] = ends_word(w.ends);
  if (w.address != 0) j["address"] = w.address;
  if (w.gone != 0) j["ended_holder"] = w.gone;
  if (!w.mode.empty()) j["mode"] = w.mode;
  if (!w.detail.empty()) j["detail"] = valid_utf8(w.detail);
  if (!w.holders.empty()) j["inferred"] = !w.certain;
  if (w.taken) j["taken_at"] = place_json(*w.taken, w.taken_certain);
  return j;
}

}  // namespace

std::string to_json(const Picture& p) {
  Json j;
  j["schema"] = 1;
  j["pid"] = p.pid;
  j["program"] = valid_utf8(p.program);
  j["source"] = p.source;
  j["deadlocked"] = p.deadlocked;
  j["pattern"] = p.pattern.empty() ? Json() : Json(p.pattern);
  j["summary"] = valid_utf8(p.summary);
  j["cycles"] = p.cycles;
  j["pause_seconds"] = p.pause;
  j["seconds"] = p.seconds;
  if (p.watched > 0) j["watched_seconds"] = p.watched;
  if (!p.notes.empty()) {
    for (const std::string& n : p.notes) j["notes"].push_back(valid_utf8(n));
  }
  j["threads"] = Json::array();
  if (p.tasks > 0) j["tasks"] = Json::array();
  for (const Thread& t : p.threads) {
    Json thread;
    thread[t.loop == 0 ? "tid" : "id"] = t.tid;
    if (t.loop != 0) thread["loop"] = t.loop;
    thread["name"] = valid_utf8(t.name);
    thread["state"] = t.state;
    thread["waits_for"] = t.wait ? wait_json(*t.wait) : Json();
    if (p.watched > 0) thread["unmoved"] = t.unmoved;
    thread["holds"] = Json::array();
    for (const std::string& h : t.holds) thread["holds"].push_back(valid_utf8(h));
    if (!t.doing.empty()) thread["doing"] = valid_utf8(t.doing);
    const char* stack = t.loop == 0 ? "stack" : "awaits";
    thread[stack] = Json::array();
    for (const StackFrame& f : t.stack) {
      Json frame;
      frame["function"] = f.function.empty() ? Json() : Json(valid_utf8(f.function));
      frame["file"] = f.file.empty() ? Json() : Json(valid_utf8(f.file));
      frame["line"] = f.line > 0 ? Json(f.line) : Json();
      frame["module"] = valid_utf8(f.module);
      frame["address"] = f.address;
      if (f.started) frame["started"] = true;
      thread[stack].push_back(std::move(frame));
    }
    j[t.loop == 0 ? "threads" : "tasks"].push_back(std::move(thread));
  }
  return j.dump(1) + "\n";
}

}  // namespace lockstep::dump
