using System.CommandLine;
using System.CommandLine.Completions;

namespace LogFlow.Appliance;

/// <summary>
/// Proposes how the last word of a command line may go on: commands, options, values of options, arguments.
/// </summary>
internal sealed class Completer(RootCommand root)
{
    /// <summary>All proposals; none where only the shell knows (names of files).</summary>
    /// <param name="words">The words behind the program's name up to the cursor; the last may be empty.</param>
    public IEnumerable<string> Complete(IReadOnlyList<string> words)
    {
        var started = words.Count > 0 ? words[^1] : "";
        return Propose(words, started)
            .Where(proposal => proposal.StartsWith(started, StringComparison.Ordinal))
            .Distinct();
    }

    private IEnumerable<string> Propose(IReadOnlyList<string> words, string started)
    {
        var path = new List<Command> { root };
        Option? awaiting = null;
        var argumentCount = 0;
        for (var index = 0; index < words.Count - 1; index++)
        {
            var word = words[index];
            if (awaiting is not null)
            {
                awaiting = null;
            }
            else if (word.StartsWith('-') && word.Length > 1)
            {
                awaiting = Options(path).FirstOrDefault(option => IsNamed(option, word) && TakesValue(option));
            }
            else if (path[^1].Subcommands.FirstOrDefault(command => command.Name == word) is { } inner)
            {
                path.Add(inner);
            }
            else
            {
                argumentCount++;
            }
        }

        if (awaiting is not null)
        {
            return Values(awaiting.CompletionSources, words);
        }

        if (started.StartsWith('-'))
        {
            return Options(path).Where(static option => !option.Hidden).Select(static option => option.Name);
        }

        var commands = path[^1].Subcommands.Where(static command => !command.Hidden).Select(static inner => inner.Name);
        return argumentCount == 0 && path[^1].Subcommands.Count > 0
            ? commands
            : ArgumentAt(path[^1], argumentCount) is { } argument ? Values(argument.CompletionSources, words) : [];
    }

    /// <summary>Those of the command, and those of the commands above that hold below them.</summary>
    private static IEnumerable<Option> Options(List<Command> path) =>
        path.SelectMany((command, depth) =>
            command.Options.Where(option => depth == path.Count - 1 || option.Recursive));

    private static bool IsNamed(Option option, string word) => option.Name == word || option.Aliases.Contains(word);

    private static bool TakesValue(Option option) =>
        option.ValueType != typeof(bool) && option.Arity.MaximumNumberOfValues > 0;

    private static Argument? ArgumentAt(Command command, int index) =>
        index < command.Arguments.Count
            ? command.Arguments[index]
            : command.Arguments.LastOrDefault() is { Arity.MaximumNumberOfValues: > 1 } last ? last : null;

    private IEnumerable<string> Values(
        List<Func<CompletionContext, IEnumerable<CompletionItem>>> sources, IReadOnlyList<string> words)
    {
        var context = root.Parse(words).GetCompletionContext();
        return sources.SelectMany(source => source(context)).Select(static item => item.InsertText ?? item.Label);
    }
}
