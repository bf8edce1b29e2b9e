#include "names/leaves.h"

#include <dwarf.h>

#include <map>

#include "names/member_path.h"

namespace lockstep::names {
namespace {

constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxLeaves = 256;

class Leaves {
 public:
  void add(Dwarf_Die type, std::uint64_t offset, int depth) {
    if (depth > kMaxDepth || out_.size() > kMaxLeaves) return;
    switch (dwarf_tag(&type)) {
      case DW_TAG_base_type:
        add_base(type, offset);
        break;
      case DW_TAG_pointer_type:
        out_.push_back({{}, offset, 8, Encoding::kPointer});
        break;
      case DW_TAG_enumeration_type:
        add_enumeration(type, offset);
        break;
      case DW_TAG_structure_type:
      case DW_TAG_class_type:
        add_members(type, offset, depth);
        break;
      case DW_TAG_array_type:
        add_elements(type, offset, depth);
        break;
      default:
        break;
    }
  }

  std::vector<Leaf> take(Dwarf_Die type) {
    std::map<std::string, int> uses;
    for (Leaf& leaf : out_) {
      leaf.path = member_path(type, leaf.offset);
      ++uses[leaf.path];
    }
    std::vector<Leaf> told;
    for (Leaf& leaf : out_) {
      if (uses[leaf.path] == 1 && told.size() < kMaxLeaves) told.push_back(std::move(leaf));
    }
    return told;
  }

 private:
  void push(std::uint64_t offset, Dwarf_Word size, Encoding encoding) {
    if (size == 1 || size == 2 || size == 4 || size == 8) {
      out_.push_back({{}, offset, static_cast<unsigned>(size), encoding});
    }
  }

  void add_base(Dwarf_Die type, std::uint64_t offset) {
    Dwarf_Word size = 0, encoding = 0;
    Dwarf_Attribute attribute;
    if (dwarf_aggregate_size(&type, &size) != 0 || !dwarf_attr(&type, DW_AT_encoding, &attribute) ||
        dwarf_formudata(&attribute, &encoding) != 0) {
      return;
    }
    const bool is_signed = encoding == DW_ATE_signed || encoding == DW_ATE_signed_char;
    push(offset, size,
         encoding == DW_ATE_float ? Encoding::kFloat
         : is_signed              ? Encoding::kSigned
                                  : Encoding::kUnsigned);
  }

  void add_enumeration(Dwarf_Die type, std::uint64_t offset) {
    Dwarf_Word size = 0;
    if (dwarf_aggregate_size(&type, &size) != 0) return;
    Dwarf_Die underlying;
    if (type_of(type, &underlying)) {
      add_base(underlying, offset);
    } else {
      push(offset, size, Encoding::kSigned);
    }
  }

  void add_members(Dwarf_Die type, std::uint64_t offset, int depth) {
    Dwarf_Die child;
    if (dwarf_child(&type, &child) != 0) return;
    do {
      const int tag = dwarf_tag(&child);
      Dwarf_Attribute attribute;
      Dwarf_Word start = 0;
      Dwarf_Die member;
      if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) || dwarf_hasattr(&child, DW_AT_bit_size) ||
          dwarf_hasattr(&child, DW_AT_external) ||
          !dwarf_attr_integrate(&child, DW_AT_data_member_location, &attribute) ||
          dwarf_formudata(&attribute, &start) != 0 || !type_of(child, &member)) {
        continue;
      }
      add(member, offset + start, depth + 1);
    } while (dwarf_siblingof(&child, &child) == 0);
  }

  void add_elements(Dwarf_Die type, std::uint64_t offset, int depth) {
    Dwarf_Die element;
    Dwarf_Word whole = 0, each = 0;
    if (!type_of(type, &element) || dwarf_aggregate_size(&type, &whole) != 0 ||
        dwarf_aggregate_size(&element, &each) != 0 || each == 0) {
      return;
    }
    for (Dwarf_Word at = 0; at < whole && out_.size() <= kMaxLeaves; at += each) add(element, offset + at, depth + 1);
  }

  std::vector<Leaf> out_;
};

}  // namespace

std::vector<Leaf> leaves_of(Dwarf_Die type) {
  Leaves leaves;
  leaves.add(type, 0, 0);
  return leaves.take(type);
}

}  // namespace lockstep::names
