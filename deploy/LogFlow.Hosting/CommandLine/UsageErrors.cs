using System.CommandLine;
using System.CommandLine.Parsing;
using LogFlow.Platform;

namespace LogFlow.Hosting;

/// <summary>What is wrong with a command line, in the words of people, with what was most likely meant.</summary>
internal static class UsageErrors
{
    /// <summary>Whether nothing is wrong but that the command only groups others: its help is the answer.</summary>
    public static bool LacksCommand(ParseResult parsed) =>
        parsed.UnmatchedTokens.Count == 0 && OnlyGroups(parsed.CommandResult.Command);

    /// <summary>A line for each mistake.</summary>
    public static IEnumerable<string> Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var first, ..] && !IsOption(first) && OnlyGroups(command))
        {
            // What follows an unknown command cannot be judged.
            var names = command.Subcommands.Where(static known => !known.Hidden).Select(static known => known.Name);
            return [$"'{first}' is not a command{Suggest(first, names)}"];
        }

        var options = OptionsOf(parsed.CommandResult).ToList();
        return parsed.Errors.Select(error =>
            parsed.UnmatchedTokens.FirstOrDefault(token => IsOption(token) && error.Message.Contains($"'{token}'"))
                is { } unknown
                ? $"'{unknown}' is not an option{Suggest(unknown.Split('=')[0], options)}"
                : error.Message);
    }

    /// <summary>Whether it does nothing itself.</summary>
    private static bool OnlyGroups(Command command) => command is { Action: null, Subcommands.Count: > 0 };

    private static string Suggest(string name, IEnumerable<string> candidates) =>
        NearestName.Find(name, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    private static bool IsOption(string token) => token.StartsWith('-') && token.Length > 1;

    /// <summary>The names of the command's options, and of those that the commands above hand down.</summary>
    private static IEnumerable<string> OptionsOf(CommandResult command)
    {
        for (SymbolResult? result = command; result is CommandResult level; result = level.Parent)
        {
            foreach (var option in level.Command.Options)
            {
                if (level == command || option.Recursive)
                {
                    yield return option.Name;
                }
            }
        }
    }
}
