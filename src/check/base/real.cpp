#include "base/real.h"

#include <dlfcn.h>

namespace lockstep::runtime {

void* real_symbol(const char* name) { return dlsym(RTLD_NEXT, name); }

const Real& real() {
  static Real table;
  if (!table.pthread_create) {
    table.pthread_create = reinterpret_cast<decltype(table.pthread_create)>(real_symbol("pthread_create"));
  }
  return table;
}

}  // namespace lockstep::runtime
