#include "dump/symbols.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "names/debug_info.h"
#include "names/member_path.h"
#include "names/text.h"

namespace lockstep::dump {
namespace {

int find_no_elf(Dwfl_Module*, void**, const char*, Dwarf_Addr, char**, Elf**) { return -1; }

// The C and C++ libraries' own lines tell a reader nothing, and their debug information is large.
bool is_runtime(std::string_view path) {
  const std::string name = names::base_name(path);
  for (const std::string_view start : {"libc.so", "libc-2", "ld-linux", "ld-2", "libstdc++", "libgcc_s", "libm.so",
                                       "libpthread", "libc++", "librt."}) {
    if (name.starts_with(start)) return true;
  }
  return false;
}

// An ELF file in memory.
struct Image {
  struct Code {
    std::uint64_t low = 0, high = 0, offset = 0;
  };
  std::uint64_t bias = 0;  // what is added to the file's addresses
  std::vector<Code> code;  // where its instructions are, and where they stand in the file
};

// The image that the mapping of one of its segments belongs to; nothing for no ELF file.
std::optional<Image> image_of(const Mapping& mapping) {
  constexpr std::uint64_t kPage = ~std::uint64_t{4095};
  const int fd = open(mapping.file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::optional<std::uint64_t> bias;
  Image image;
  Elf* elf = elf_begin(fd, ELF_C_READ_MMAP, nullptr);
  GElf_Ehdr header;
  std::size_t count = 0;
  if (elf && gelf_getehdr(elf, &header) && elf_getphdrnum(elf, &count) == 0) {
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Phdr p;
      if (!gelf_getphdr(elf, static_cast<int>(i), &p) || p.p_type != PT_LOAD) continue;
      if (!bias && (p.p_offset & kPage) == mapping.offset) bias = mapping.low - (p.p_vaddr & kPage);
      if ((p.p_flags & PF_X) != 0) image.code.push_back({p.p_vaddr & kPage, p.p_vaddr + p.p_memsz, p.p_offset & kPage});
    }
    if (header.e_type == ET_EXEC) bias = 0;
  }
  elf_end(elf);
  close(fd);
  if (!bias) return std::nullopt;
  image.bias = *bias;
  for (Image::Code& part : image.code) {
    part.low += *bias;
    part.high += *bias;
  }
  return image;
}

// Not so a file that is mapped to be read, as a program does that looks up its own symbols: none of its code is mapped as
// code. A core file may leave out what says so; then a mapping must begin where the code does.
bool is_loaded(const Image& image, const std::string& path, const Snapshot& snapshot) {
  if (image.code.empty()) return true;
  const auto any = [&](auto fits) {
    return std::any_of(snapshot.mappings.begin(), snapshot.mappings.end(),
                       [&](const Mapping& m) { return m.path == path && fits(m); });
  };
  const bool known = snapshot.live || any([](const Mapping& m) { return m.executable; });
  return any([&](const Mapping& m) {
    return std::any_of(image.code.begin(), image.code.end(), [&](const Image::Code& part) {
      return known ? m.executable && m.low < part.high && part.low < m.high
                   : m.low == part.low && m.offset == part.offset;
    });
  });
}

Dwarf_Die origin_of(Dwarf_Die die) {
  Dwarf_Attribute attribute;
  Dwarf_Die next;
  for (int i = 0; i < 8; ++i) {
    if (!dwarf_attr(&die, DW_AT_abstract_origin, &attribute) && !dwarf_attr(&die, DW_AT_specification, &attribute))
      break;
    if (!dwarf_formref_die(&attribute, &next)) break;
    die = next;
  }
  return die;
}

std::string linkage_name(Dwarf_Die die) {
  Dwarf_Attribute attribute;
  for (const unsigned name : {DW_AT_linkage_name, DW_AT_MIPS_linkage_name}) {
    if (dwarf_attr_integrate(&die, name, &attribute)) {
      const char* text = dwarf_formstring(&attribute);
      return text ? text : "";
    }
  }
  return {};
}

template <typename Visit>
void for_children(Dwarf_Die die, Visit visit) {
  Dwarf_Die child;
  if (dwarf_child(&die, &child) != 0) return;
  do {
    if (!visit(child)) return;
  } while (dwarf_siblingof(&child, &child) == 0);
}

// The subprogram with code at `pc`; definitions may stand in namespaces and classes, rarely in other functions.
bool find_function(Dwarf_Die scope, Dwarf_Addr pc, bool everywhere, int depth, Dwarf_Die* found) {
  bool done = false;
  for_children(scope, [&](Dwarf_Die child) {
    const int tag = dwarf_tag(&child);
    if (tag == DW_TAG_subprogram && dwarf_haspc(&child, pc) == 1) {
      *found = child;
      done = true;
    } else if (depth < 32 && (tag == DW_TAG_namespace || tag == DW_TAG_class_type || tag == DW_TAG_structure_type ||
                              (everywhere && (tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block)))) {
      done = find_function(child, pc, everywhere, depth + 1, found);
    }
    return !done;
  });
  return done;
}

std::string type_name(Dwarf_Die die) {
  Dwarf_Die type;
  if (!names::type_of(die, &type)) return {};
  const char* name = dwarf_diename(&type);
  return name ? name : "";
}

// Headers of lockstep's libraries, which are compiled into the program.
bool is_lockstep_file(std::string_view path) {
  return path.find("/lockstep/sync/") != std::string_view::npos ||
         path.find("/lockstep/async/") != std::string_view::npos;
}

// Larger debug information is not searched for variables as a whole; the symbol table has to do.
constexpr std::size_t kLargeDebugInfo = std::size_t{48} << 20;

}  // namespace

struct Symbols::Impl {
  const Snapshot& snapshot;
  Dwfl* dwfl = nullptr;
  std::string debug_path;
  char* debug_path_pointer = nullptr;
  Dwfl_Callbacks callbacks{};
  std::unordered_map<Dwfl_Module*, std::string> paths;
  std::vector<trace::Module> user_modules;  // whose variables can be looked up
  std::unique_ptr<names::DebugInfo> variables;
  struct Code {
    std::vector<Frame> frames;  // without registers
    Dwarf_Die function{};
    Dwarf_Addr bias = 0;
    bool has_die = false;
  };
  std::unordered_map<std::uint64_t, Code> codes;

  explicit Impl(const Snapshot& s) : snapshot(s) {}

  void report_modules();
  Dwarf* dwarf_of(Dwfl_Module* module, Dwarf_Addr* bias);
  bool unit_at(Dwfl_Module* module, Dwarf_Addr pc, Dwarf_Die* unit, Dwarf_Addr* bias);
  const Code& code_at(std::uint64_t pc);
  Code look_up(std::uint64_t pc);
  std::vector<Frame> expand(const Frame& physical);
  std::optional<std::uint64_t> place(Dwarf_Die variable, const Frame& frame, const Code& code,
                                     std::optional<std::uint64_t>* in_register);
  template <typename Visit>
  void for_variables(const Frame& frame, Visit visit);
};

void Symbols::Impl::report_modules() {
  if (const char* chosen = std::getenv("LOCKSTEP_DEBUG_PATH")) {
    debug_path = std::string(":.debug:") + chosen;
  } else {
    debug_path =
        snapshot.root.empty() ? ":.debug:/usr/lib/debug" : ":.debug:" + snapshot.root + "/usr/lib/debug:/usr/lib/debug";
  }
  debug_path_pointer = debug_path.data();
  callbacks = {find_no_elf, dwfl_standard_find_debuginfo, dwfl_offline_section_address, &debug_path_pointer};
  dwfl = dwfl_begin(&callbacks);
  if (!dwfl) return;
  dwfl_report_begin(dwfl);
  std::set<std::pair<std::string, std::uint64_t>> reported;
  std::string last;
  for (const Mapping& m : snapshot.mappings) {
    if (m.file.empty() || m.path == last || m.path.starts_with("/dev/")) continue;
    const auto image = image_of(m);
    if (!image || !is_loaded(*image, m.path, snapshot)) continue;
    last = m.path;
    if (!reported.emplace(m.path, image->bias).second) continue;
    if (dwfl_report_elf(dwfl, m.path.c_str(), m.file.c_str(), -1, image->bias, true) && !is_runtime(m.path)) {
      user_modules.push_back({image->bias, 0, 0, m.file});
    }
  }
  dwfl_report_end(dwfl, nullptr, nullptr);
  // Only now: one that overlaps another takes that with it.
  const auto add = [](Dwfl_Module* module, void**, const char* name, Dwarf_Addr, void* to) -> int {
    (*static_cast<decltype(paths)*>(to))[module] = name;
    return DWARF_CB_OK;
  };
  dwfl_getmodules(dwfl, add, &paths, 0);
}

Dwarf* Symbols::Impl::dwarf_of(Dwfl_Module* module, Dwarf_Addr* bias) {
  if (!module || is_runtime(paths[module])) return nullptr;
  return dwfl_module_getdwarf(module, bias);
}

bool Symbols::Impl::unit_at(Dwfl_Module* module, Dwarf_Addr pc, Dwarf_Die* unit, Dwarf_Addr* bias) {
  Dwarf* dwarf = dwarf_of(module, bias);
  if (!dwarf) return false;
  if (dwarf_addrdie(dwarf, pc - *bias, unit)) return true;
  // Clang writes no table of address ranges; the units say themselves where their code is.
  Dwarf_CU* cu = nullptr;
  Dwarf_Die sub;
  std::uint8_t type;
  while (dwarf_get_units(dwarf, cu, &cu, nullptr, &type, unit, &sub) == 0) {
    if (dwarf_haspc(unit, pc - *bias) == 1) {
      if (type == DW_UT_skeleton && dwarf_tag(&sub) != DW_TAG_invalid) *unit = sub;
      return true;
    }
  }
  return false;
}

const Symbols::Impl::Code& Symbols::Impl::code_at(std::uint64_t pc) {
  const auto known = codes.find(pc);
  if (known != codes.end()) return known->second;
  return codes.emplace(pc, look_up(pc)).first->second;
}

// The function at an instruction and those that it was inlined into.
Symbols::Impl::Code Symbols::Impl::look_up(std::uint64_t pc) {
  Code code;
  Frame outer;
  outer.pc = pc;
  Dwfl_Module* module = dwfl ? dwfl_addrmodule(dwfl, pc) : nullptr;
  if (!module) return {{outer}, {}, 0, false};
  outer.module = paths[module];
  GElf_Sym symbol;
  GElf_Off offset = 0;
  const char* name = dwfl_module_addrinfo(module, pc, &offset, &symbol, nullptr, nullptr, nullptr);
  // A symbol that ends before the address only happens to be the nearest.
  if (name && (symbol.st_size == 0 || offset < symbol.st_size)) {
    outer.function = names::function_only(names::demangle(name));
  }
  Dwarf_Die unit;
  const bool has_unit = unit_at(module, pc, &unit, &code.bias);
  Dwarf_Addr unused = 0;
  outer.library = is_runtime(outer.module) || outer.module.starts_with("/usr/lib/") ||
                  outer.module.starts_with("/lib/") || (!has_unit && dwarf_of(module, &unused));
  const Dwarf_Addr local_pc = pc - code.bias;
  if (!has_unit || (!find_function(unit, local_pc, false, 0, &code.function) &&
                    !find_function(unit, local_pc, true, 0, &code.function))) {
    // Without lines, the name has to tell whose it is.
    const std::string& f = outer.function;
    outer.library |= f.starts_with("std::") || f.starts_with("_") || f.starts_with("pthread_");
    code.frames = {outer};
    return code;
  }
  code.has_die = true;
  std::vector<Dwarf_Die> chain = {code.function};
  for (Dwarf_Die scope = code.function; chain.size() < 64;) {
    bool deeper = false;
    for_children(scope, [&](Dwarf_Die child) {
      const int tag = dwarf_tag(&child);
      if ((tag != DW_TAG_inlined_subroutine && tag != DW_TAG_lexical_block) || dwarf_haspc(&child, local_pc) != 1) {
        return true;
      }
      if (tag == DW_TAG_inlined_subroutine) chain.push_back(child);
      scope = child;
      deeper = true;
      return false;
    });
    if (!deeper) break;
  }
  Dwarf_Files* files = nullptr;
  std::size_t file_count = 0;
  if (dwarf_getsrcfiles(&unit, &files, &file_count) != 0) files = nullptr;
  const char* file = nullptr;
  int line = 0;
  if (Dwarf_Line* at = dwarf_getsrc_die(&unit, local_pc)) {
    dwarf_lineno(at, &line);
    file = dwarf_linesrc(at, nullptr, nullptr);
  }
  for (auto die = chain.rbegin(); die != chain.rend(); ++die) {
    Frame frame = outer;
    frame.inlined = std::next(die) != chain.rend();
    if (frame.inlined || frame.function.empty()) {
      const std::string linkage = linkage_name(*die);
      Dwarf_Die origin = origin_of(*die);
      const char* plain = dwarf_diename(&origin);
      frame.function =
          !linkage.empty() ? names::function_only(names::demangle(linkage.c_str())) : std::string(plain ? plain : "");
      // A lambda is told by its line, as the checker tells it.
      int declared = 0;
      Dwarf_Die instance = *die;
      if (frame.function == "operator()" && dwarf_decl_line(&instance, &declared) == 0) {
        frame.function = fmt::format("lambda:{}", declared);
      }
    }
    frame.file = file ? file : "";
    frame.line = line;
    frame.library = !file || names::is_library_file(file) || is_lockstep_file(file);
    code.frames.push_back(frame);
    Dwarf_Attribute attribute;
    Dwarf_Word call_line = 0, call_file = 0;
    line = 0;
    file = nullptr;
    if (dwarf_attr(&*die, DW_AT_call_line, &attribute) && dwarf_formudata(&attribute, &call_line) == 0) {
      line = static_cast<int>(call_line);
    }
    if (files && dwarf_attr(&*die, DW_AT_call_file, &attribute) && dwarf_formudata(&attribute, &call_file) == 0) {
      file = dwarf_filesrc(files, call_file, nullptr, nullptr);
    }
  }
  return code;
}

std::vector<Frame> Symbols::Impl::expand(const Frame& physical) {
  std::vector<Frame> out = code_at(physical.pc).frames;
  for (Frame& f : out) {
    f.cfa = physical.cfa;
    f.registers = physical.registers;
  }
  return out;
}

// Where a variable lies in memory, or else its value if it lies in a register.
std::optional<std::uint64_t> Symbols::Impl::place(Dwarf_Die variable, const Frame& frame, const Code& code,
                                                  std::optional<std::uint64_t>* in_register) {
  Dwarf_Attribute attribute;
  Dwarf_Op* ops;
  std::size_t count;
  if (!dwarf_attr(&variable, DW_AT_location, &attribute) ||
      dwarf_getlocation_addr(&attribute, frame.pc - code.bias, &ops, &count, 1) < 1 || count != 1) {
    return std::nullopt;
  }
  const unsigned atom = ops[0].atom;
  const auto offset = static_cast<std::uint64_t>(ops[0].number);
  const auto register_value = [&](unsigned number) {
    return number < kRegisters ? frame.registers[number] : std::nullopt;
  };
  if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31) {
    const auto base = register_value(atom - DW_OP_breg0);
    return base ? std::optional(*base + offset) : std::nullopt;
  }
  if (atom >= DW_OP_reg0 && atom <= DW_OP_reg31) {
    *in_register = register_value(atom - DW_OP_reg0);
    return std::nullopt;
  }
  if (atom != DW_OP_fbreg) return std::nullopt;
  Dwarf_Die function = code.function;
  if (!dwarf_attr_integrate(&function, DW_AT_frame_base, &attribute) ||
      dwarf_getlocation_addr(&attribute, frame.pc - code.bias, &ops, &count, 1) < 1 || count != 1) {
    return std::nullopt;
  }
  if (ops[0].atom == DW_OP_call_frame_cfa) return frame.cfa == 0 ? std::nullopt : std::optional(frame.cfa + offset);
  if (ops[0].atom >= DW_OP_reg0 && ops[0].atom <= DW_OP_reg31) {
    const auto base = register_value(ops[0].atom - DW_OP_reg0);
    return base ? std::optional(*base + offset) : std::nullopt;
  }
  return std::nullopt;
}

// The variables and parameters of a frame's function whose block has the instruction, inner ones first.
template <typename Visit>
void Symbols::Impl::for_variables(const Frame& frame, Visit visit) {
  const Code& code = code_at(frame.pc);
  if (!code.has_die) return;
  const auto walk = [&](auto&& self, Dwarf_Die scope, int depth) -> bool {
    bool more = true;
    if (depth > 64) return true;
    for_children(scope, [&](Dwarf_Die child) {
      const int tag = dwarf_tag(&child);
      if ((tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) &&
          dwarf_haspc(&child, frame.pc - code.bias) == 1) {
        more = self(self, child, depth + 1);
      }
      return more;
    });
    if (!more) return false;
    for_children(scope, [&](Dwarf_Die child) {
      const int tag = dwarf_tag(&child);
      if (tag == DW_TAG_variable || tag == DW_TAG_formal_parameter) more = visit(child, code);
      return more;
    });
    return more;
  };
  walk(walk, code.function, 0);
}

Symbols::Symbols(const Snapshot& snapshot) : impl_(std::make_unique<Impl>(snapshot)) {
  elf_version(EV_CURRENT);
  impl_->report_modules();
  if (!impl_->dwfl) return;
  static constexpr Dwfl_Thread_Callbacks kThreads = {
      nullptr,
      [](Dwfl*, pid_t tid, void* arg, void** thread) {
        const auto* s = static_cast<const Snapshot*>(arg);
        *thread = const_cast<ThreadState*>(s->thread(tid));
        return *thread != nullptr;
      },
      [](Dwfl*, Dwarf_Addr address, Dwarf_Word* value, void* arg) {
        return static_cast<const Snapshot*>(arg)->memory.read(address, value, sizeof *value);
      },
      [](Dwfl_Thread* thread, void* arg) {
        const auto* t = static_cast<const ThreadState*>(arg);
        dwfl_thread_state_register_pc(thread, t->registers[kRip]);
        if (!t->registers_known) {
          const Dwarf_Word sp = t->registers[kRsp];
          return dwfl_thread_state_registers(thread, kRsp, 1, &sp);
        }
        std::array<Dwarf_Word, kRegisters> all;
        std::copy(t->registers.begin(), t->registers.end(), all.begin());
        return dwfl_thread_state_registers(thread, 0, kRegisters, all.data());
      },
      nullptr,
      nullptr,
  };
  static constexpr auto kNext = [](Dwfl*, void* arg, void** previous) -> pid_t {
    const auto* s = static_cast<const Snapshot*>(arg);
    const auto* before = static_cast<const ThreadState*>(*previous);
    const std::size_t next = before ? static_cast<std::size_t>(before - s->threads.data()) + 1 : 0;
    if (next >= s->threads.size()) return 0;
    *previous = const_cast<ThreadState*>(&s->threads[next]);
    return s->threads[next].tid;
  };
  static const Dwfl_Thread_Callbacks callbacks = [] {
    Dwfl_Thread_Callbacks c = kThreads;
    c.next_thread = kNext;
    return c;
  }();
  dwfl_attach_state(impl_->dwfl, nullptr, snapshot.pid, &callbacks, const_cast<Snapshot*>(&snapshot));
}

Symbols::~Symbols() {
  if (impl_->dwfl) dwfl_end(impl_->dwfl);
}

std::vector<Frame> Symbols::stack(const ThreadState& thread) {
  std::vector<Frame> physical;
  if (impl_->dwfl && thread.registers[kRip] != 0) {
    dwfl_getthread_frames(
        impl_->dwfl, thread.tid,
        [](Dwfl_Frame* state, void* arg) {
          auto* frames = static_cast<std::vector<Frame>*>(arg);
          Frame f;
          bool exact = false;
          Dwarf_Addr pc = 0;
          if (!dwfl_frame_pc(state, &pc, &exact) || pc == 0) return static_cast<int>(DWARF_CB_ABORT);
          f.pc = exact ? pc : pc - 1;  // a return address may belong to the next function already
          for (unsigned r = 0; r < kRegisters; ++r) {
            Dwarf_Word value = 0;
            if (dwfl_frame_reg(state, r, &value) == 0) f.registers[r] = value;
          }
          // A frame ends where its caller's begins.
          if (!frames->empty() && f.registers[kRsp]) frames->back().cfa = *f.registers[kRsp];
          frames->push_back(f);
          constexpr std::size_t kMost = 256;
          return static_cast<int>(frames->size() < kMost ? DWARF_CB_OK : DWARF_CB_ABORT);
        },
        &physical);
  }
  if (physical.empty() && thread.registers[kRip] != 0) {
    Frame f;
    f.pc = thread.registers[kRip];
    physical.push_back(f);
  }
  std::vector<Frame> out;
  for (const Frame& f : physical) {
    for (Frame& e : impl_->expand(f)) out.push_back(std::move(e));
  }
  return out;
}

Frame Symbols::function(std::uint64_t pc) { return impl_->code_at(pc).frames.back(); }

std::optional<std::string> Symbols::global(std::uint64_t address) {
  Dwfl_Module* module = impl_->dwfl ? dwfl_addrmodule(impl_->dwfl, address) : nullptr;
  if (!module) return std::nullopt;
  if (!impl_->variables) {
    std::erase_if(impl_->user_modules, [&](const trace::Module& m) {
      Dwfl_Module* here = nullptr;
      for (const auto& [candidate, path] : impl_->paths) {
        if (m.path.ends_with(path)) here = candidate;
      }
      Dwarf_Addr bias = 0;
      Dwarf* dwarf = here ? dwfl_module_getdwarf(here, &bias) : nullptr;
      if (Elf* elf = dwarf ? dwarf_getelf(dwarf) : nullptr) {
        std::size_t strings = 0;
        elf_getshdrstrndx(elf, &strings);
        for (Elf_Scn* s = nullptr; (s = elf_nextscn(elf, s)) != nullptr;) {
          GElf_Shdr header;
          const char* name = gelf_getshdr(s, &header) ? elf_strptr(elf, strings, header.sh_name) : nullptr;
          if (name && std::string_view(name) == ".debug_info" && header.sh_size > kLargeDebugInfo) return true;
        }
      }
      return false;
    });
    impl_->variables = std::make_unique<names::DebugInfo>(impl_->user_modules, "");
  }
  if (!is_runtime(impl_->paths[module])) {
    if (auto name = impl_->variables->global(address)) return name->name;
  }
  GElf_Sym symbol;
  GElf_Off offset = 0;
  const char* name = dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr);
  if (!name || GELF_ST_TYPE(symbol.st_info) != STT_OBJECT || offset >= symbol.st_size) return std::nullopt;
  const std::string text = names::demangle(name);
  return offset == 0 ? text : text + "+" + std::to_string(offset);
}

std::optional<std::uint64_t> Symbols::address_of(std::string_view wanted) {
  for (const auto& [module, path] : impl_->paths) {
    const int count = is_runtime(path) ? 0 : dwfl_module_getsymtab(module);
    for (int i = 0; i < count; ++i) {
      GElf_Sym symbol;
      GElf_Addr address = 0;
      const char* name = dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, nullptr, nullptr);
      if (name && name == wanted && GELF_ST_TYPE(symbol.st_info) == STT_OBJECT) return address;
    }
  }
  return std::nullopt;
}

std::optional<Variable> Symbols::local(const Frame& frame, std::uint64_t address) {
  std::optional<Variable> found;
  impl_->for_variables(frame, [&](Dwarf_Die variable, const Impl::Code& code) {
    std::optional<std::uint64_t> in_register;
    const auto at = impl_->place(variable, frame, code, &in_register);
    Dwarf_Die origin = origin_of(variable);
    const char* name = dwarf_diename(&origin);
    if (!at || !name || address < *at || address - *at >= std::max<Dwarf_Word>(names::size_of_variable(variable), 1)) {
      return true;
    }
    Dwarf_Die type;
    Variable v;
    v.name = std::string(name) + (names::type_of(variable, &type) ? names::member_path(type, address - *at) : "");
    v.type = type_name(variable);
    if (const char* file = dwarf_decl_file(&origin)) v.file = file;
    dwarf_decl_line(&origin, &v.line);
    found = v;
    return false;
  });
  return found;
}

std::optional<std::string> Symbols::pointee(const Frame& frame, std::uint64_t address) {
  std::optional<std::string> found;
  impl_->for_variables(frame, [&](Dwarf_Die variable, const Impl::Code& code) {
    Dwarf_Die type, target;
    if (!names::type_of(variable, &type)) return true;
    const int tag = dwarf_tag(&type);
    if (tag != DW_TAG_pointer_type && tag != DW_TAG_reference_type && tag != DW_TAG_rvalue_reference_type) return true;
    Dwarf_Word size = 0;
    if (!names::type_of(type, &target) || dwarf_aggregate_size(&target, &size) != 0) return true;
    std::optional<std::uint64_t> value;
    if (const auto at = impl_->place(variable, frame, code, &value)) {
      value = impl_->snapshot.memory.value<std::uint64_t>(*at);
    }
    if (!value || *value == 0 || address < *value || address - *value >= size) return true;
    Dwarf_Die origin = origin_of(variable);
    const char* name = dwarf_diename(&origin);
    if (!name) return true;
    const std::string path = names::member_path(target, address - *value);
    // That it is a `std::mutex` names no mutex.
    if (std::string_view(name) == "this" && path.empty()) return true;
    const char* class_name = dwarf_diename(&target);
    std::string owner = std::string_view(name) == "this" && class_name ? class_name : name;
    if (owner == "this" || names::is_reserved(owner)) return true;
    if (tag == DW_TAG_pointer_type && path.empty() && std::string_view(name) != "this") owner.insert(0, "*");
    found = names::readable(owner) + path;
    return false;
  });
  return found;
}

std::string Symbols::function_at(std::uint64_t address) {
  const auto exact = [&](std::uint64_t at) -> std::string {
    Dwfl_Module* module = impl_->dwfl ? dwfl_addrmodule(impl_->dwfl, at) : nullptr;
    GElf_Sym symbol;
    GElf_Off offset = 0;
    const char* name = module ? dwfl_module_addrinfo(module, at, &offset, &symbol, nullptr, nullptr, nullptr) : nullptr;
    return name && offset == 0 ? names::demangle(name) : std::string();
  };
  if (std::string name = exact(address); !name.empty()) return name;
  // An entry of the procedure linkage table: endbr64?, bnd?, jmp *offset(%rip).
  std::array<unsigned char, 12> code{};
  if (!impl_->snapshot.memory.read(address, code.data(), code.size())) return {};
  std::size_t at = 0;
  if (code[0] == 0xf3 && code[1] == 0x0f && code[2] == 0x1e) at = 4;
  if (code[at] == 0xf2) ++at;
  if (code[at] != 0xff || code[at + 1] != 0x25) return {};
  std::int32_t offset = 0;
  std::memcpy(&offset, code.data() + at + 2, sizeof offset);
  const std::uint64_t slot = address + at + 6 + static_cast<std::uint64_t>(static_cast<std::int64_t>(offset));
  return exact(impl_->snapshot.memory.value<std::uint64_t>(slot));
}

std::uint64_t Symbols::start_of_function(std::uint64_t pc) {
  Dwfl_Module* module = impl_->dwfl ? dwfl_addrmodule(impl_->dwfl, pc) : nullptr;
  if (!module) return 0;
  GElf_Sym symbol;
  GElf_Off offset = 0;
  const char* name = dwfl_module_addrinfo(module, pc, &offset, &symbol, nullptr, nullptr, nullptr);
  return name && offset < symbol.st_size ? pc - offset : 0;
}

std::optional<std::pair<std::string, int>> Symbols::line(std::uint64_t pc) {
  for (const Frame& f : impl_->code_at(pc).frames) {
    if (!f.library && f.line > 0) return std::pair(f.file, f.line);
  }
  return std::nullopt;
}

}  // namespace lockstep::dump
