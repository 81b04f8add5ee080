using System.CommandLine;
using System.Text;

namespace LogFlow.Hosting;

/// <summary>
/// The manual page of an executable, made from its commands, so that it says what they say. The hidden command
/// <c>man</c> prints it; <c>deploy/build</c> puts it into the packages. Format: man(7).
/// </summary>
public static class ManPage
{
    /// <summary>The hidden command.</summary>
    /// <param name="root">What is described; its other commands are there by then.</param>
    /// <param name="name">The executable.</param>
    public static Command CreateCommand(RootCommand root, string name)
    {
        var command = new Command("man", "Print the manual page") { Hidden = true };
        command.SetAction(_ => Console.Write(Write(root, name)));
        return command;
    }

    /// <summary>The page's text.</summary>
    public static string Write(RootCommand root, string name)
    {
        var page = new StringBuilder();
        page.Append($".TH {name.ToUpperInvariant()} 1 \"\" \"LogFlow {ProductVersion.Text}\" \"LogFlow\"\n");
        page.Append($".SH NAME\n{Escape(name)} \\- {Escape(root.Description)}\n");
        page.Append($".SH SYNOPSIS\n.B {Escape(name)}\n[\\fIcommand\\fR] [\\fIoptions\\fR]\n");
        WriteOptions(page, "OPTIONS", root);
        page.Append(".SH COMMANDS\n");
        foreach (var command in root.Subcommands.Where(command => !command.Hidden))
        {
            WriteCommand(page, command, name);
        }

        page.Append(
            ".SH EXIT STATUS\n0: it worked. 1: it failed. 2: the command line or the configuration is wrong.\n");
        return page.ToString();
    }

    private static void WriteCommand(StringBuilder page, Command command, string prefix)
    {
        var path = $"{prefix} {command.Name}";
        var arguments = string.Concat(command.Arguments.Select(argument => $" {argument.Name}"));
        page.Append($".SS {Escape(path + arguments)}\n{Escape(command.Description)}\n");
        WriteOptions(page, null, command);
        foreach (var inner in command.Subcommands.Where(inner => !inner.Hidden))
        {
            WriteCommand(page, inner, path);
        }
    }

    private static void WriteOptions(StringBuilder page, string? title, Command command)
    {
        var options = command.Options.Where(option => !option.Hidden).ToList();
        if (options.Count > 0 && title is not null)
        {
            page.Append($".SH {title}\n");
        }

        foreach (var option in options)
        {
            var names = string.Join(", ", option.Aliases.Prepend(option.Name).Order(StringComparer.Ordinal));
            var value = option.HelpName is { } help ? $" \\fI{Escape(help)}\\fR" : "";
            page.Append($".TP\n\\fB{Escape(names)}\\fR{value}\n{Escape(option.Description)}\n");
        }
    }

    /// <summary>A dash is a minus to copy, a backslash is itself, and no line begins a request by chance.</summary>
    private static string Escape(string? text)
    {
        var escaped = (text ?? "").Replace("\\", "\\e", StringComparison.Ordinal)
            .Replace("-", "\\-", StringComparison.Ordinal)
            .Replace('\n', ' ');
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? "\\&" + escaped : escaped;
    }
}
