//! The one table from the grammar's rules to words, so that no message shows a rule's name.

use super::grammar::Rule;

/// What a rule that was expected is called; none where it goes without saying, or where its first token says it better.
pub(super) fn expected(rule: Rule) -> Option<&'static str> {
    use Rule as R;
    Some(match rule {
        R::expr
        | R::head
        | R::prefix
        | R::postfix
        | R::head_postfix
        | R::literal
        | R::list
        | R::record
        | R::paren
        | R::if_expr
        | R::head_if => "a value",
        R::second_value => "a value",
        R::second_type => "a type",
        R::second_head | R::second_items => "a setting or a block",
        R::word | R::use_path => "a name",
        R::key => "a name",
        R::string => "a string",
        R::number => "a number",
        R::ty | R::type_name | R::list_type | R::map_type | R::enum_type | R::record_type => "a type",
        R::arg => "an argument",
        R::param | R::field_decl | R::entry => "a name",
        R::params => "`(`",
        R::assign => "`=`",
        R::arg_assign => "`=`",
        R::colon => "`:`",
        R::body | R::import_names => "`{`",
        R::kw_for => "`for`",
        R::kw_in => "`in`",
        R::kw_if => "`if`",
        R::kw_then => "`then`",
        R::kw_else => "`else`",
        R::kw_as => "`as`",
        R::kw_pipeline => "`pipeline`",
        R::kw_duration => "`duration`",
        R::kw_ran => "`ran`",
        R::kw_not => "`not`",
        R::kw_attempts => "`attempts`",
        R::kw_list | R::kw_map | R::kw_enum => "a type",
        R::setting
        | R::block
        | R::for_item
        | R::if_item
        | R::import_item
        | R::type_item
        | R::let_item
        | R::param_item
        | R::template_item
        | R::use_item
        | R::assert_item
        | R::with_item
        | R::fake_item
        | R::takes_item
        | R::expect_item
        | R::kw_import
        | R::kw_type
        | R::kw_let
        | R::kw_param
        | R::kw_template
        | R::kw_use
        | R::kw_assert
        | R::kw_with
        | R::kw_fake
        | R::kw_takes
        | R::kw_expect => "a setting or a block",
        // Welcome at many places, and rarely what was forgotten.
        R::comment
        | R::args
        | R::compare
        | R::WHITESPACE
        | R::infix
        | R::suffix
        | R::field
        | R::index
        | R::kw_env
        | R::kw_extends
        | R::kw_when
        | R::optional
        | R::comprehension
        | R::EOI => return None,
        // Inside a string everything is text.
        R::text | R::escape | R::block_text | R::escaped_open | R::interpolation => return None,
        // Silent rules and those of what people write instead are never expected.
        R::file
        | R::item
        | R::id_start
        | R::id_rest
        | R::reserved
        | R::name
        | R::value
        | R::label
        | R::else_if
        | R::else_part
        | R::condition
        | R::type_note
        | R::subject
        | R::check
        | R::operand
        | R::statement
        | R::statement_ahead
        | R::suffix_ahead
        | R::infix_ahead
        | R::reserved_ahead
        | R::reserved_word
        | R::primary
        | R::head_operand
        | R::head_primary
        | R::comma
        | R::entry_comma
        | R::close_paren
        | R::close_bracket
        | R::close_brace
        | R::member
        | R::tolerant
        | R::error_reserved
        | R::error_assign
        | R::error_colon
        | R::error_comma
        | R::error_entry_comma
        | R::error_not_first
        | R::error_elif
        | R::error_label
        | R::error_spaced_call
        | R::error_separator
        | R::error_block
        | R::error_block_head
        | R::error_no_value
        | R::error_operand
        | R::error_next_item
        | R::error_next_block
        | R::error_no_else
        | R::error_no_body
        | R::error_no_arguments
        | R::error_unclosed
        | R::error_open_string
        | R::error_open_paren
        | R::error_open_bracket
        | R::error_open_brace
        | R::stray_close
        | R::error_item
        | R::error_rest
        | R::error_value
        | R::error_head
        | R::error_entry
        | R::error_type
        | R::error_tail
        | R::error_interpolation
        | R::junk
        | R::group
        | R::in_group
        | R::quoted
        | R::blank
        | R::plain_word
        | R::item_ahead
        | R::second_list
        | R::second_record
        | R::second_args
        | R::second_params
        | R::second_paren
        | R::second_index
        | R::second_names
        | R::second_interpolation => return None,
    })
}

/// How the statement with this word is written.
pub(super) fn form(word: &str) -> Option<&'static str> {
    Some(match word {
        "import" => "`import \"path\" as name` or `import \"path\" { name, other }`",
        "type" => "`type Name = { field: string }`",
        "let" => "`let name = value` or `let name(argument: type): type = value`",
        "param" => "`param name: type = default`",
        "template" => "`template name(argument: type) { … }`",
        "use" => "`use name(argument)`",
        "for" => "`for element in list { … }`",
        "if" => "`if condition { … } else { … }`",
        "assert" => "`assert condition, \"message\"`",
        "with" => "`with parameter = value`",
        "fake" => "`fake \"stage/substage\" = outcome`",
        "takes" => "`takes \"stage/substage\" = 5m`",
        "expect" => "`expect \"stage/substage\" = outcome`, `expect \"stage\" ran` or `expect duration <= 2h`",
        _ => return None,
    })
}
