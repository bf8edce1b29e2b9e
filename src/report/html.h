// The report as one page that needs no server and no network.
//
// The page is made from web/ ahead of time and is a part of the binary; here the data goes into it. Program text and
// names cannot break out: the data stands in an element of its own, with every character escaped that HTML knows.
// Thread safety: pure functions.
#pragma once

#include <string>

#include "report/report.h"

namespace lockstep::report {

std::string to_html(const Report& report);

/// JSON that may stand within a <script> element.
std::string safe_in_script(const std::string& json);

}  // namespace lockstep::report
