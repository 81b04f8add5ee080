using System.CommandLine;

namespace LogFlow.Appliance;

/// <summary>
/// <c>logflow complete -- WORD...</c>: what the scripts of <c>logflow completion</c> call. Prints one proposal a line.
/// </summary>
internal static class CompleteCommand
{
    /// <summary>The command for the root, whose commands it proposes.</summary>
    public static Command Create(RootCommand root)
    {
        var words = new Argument<string[]>("WORD")
        {
            Description = "The words behind the program's name, up to the cursor",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("complete", "Propose how a command line may go on") { words };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            foreach (var proposal in new Completer(root).Complete(parsed.GetValue(words) ?? []))
            {
                parsed.InvocationConfiguration.Output.WriteLine(TerminalText.Clean(proposal));
            }
        });
        return command;
    }
}
