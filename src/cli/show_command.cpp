#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/show_catalogue.h"
#include "host/user_error.h"

namespace lockstep::cli {

int show_command(const std::vector<std::string>& words) {
  const Arguments arguments(kShow, words);
  if (arguments.help()) {
    fmt::print("{}", help_text(kShow));
    return 0;
  }
  if (arguments.rest().size() != 1) {
    throw host::UserError("name one pattern of the catalogue, or PATTERN/VARIANT; lockstep list names them");
  }
  return show_catalogue(arguments.rest()[0], arguments);
}

}  // namespace lockstep::cli
