// libFuzzer target: whatever a trace file holds, reading it ends in a trace or in a TraceError, and a trace that was
// read can be explained. The checksum is put right first, or no input would get past it.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/check.h"
#include "report/report.h"
#include "trace/trace_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lockstep;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const bool repaired : {false, true}) {
    try {
      trace::Execution e = trace::from_text(repaired ? trace::with_checksum(input) : std::string(input));
      e.modules.clear();  // names would be looked up in files that the input chooses
      report::to_json(host::report_of(e));
    } catch (const trace::TraceError&) {
    }
  }
  return 0;
}
