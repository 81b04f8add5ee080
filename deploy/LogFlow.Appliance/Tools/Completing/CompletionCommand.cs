using System.CommandLine;

namespace LogFlow.Appliance;

/// <summary><c>logflow completion bash|zsh|fish</c>: the script that makes a shell complete our lines.</summary>
internal static class CompletionCommand
{
    /// <summary>The command for the root.</summary>
    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong([.. CompletionScripts.ByShell.Keys]);
        var command = new Command(
            "completion",
            "Print the script that completes commands, options, topics and groups in a shell: "
            + "source <(logflow completion bash)")
        {
            shell,
        };
        command.SetAction(parsed =>
            parsed.InvocationConfiguration.Output.Write(CompletionScripts.ByShell[parsed.GetValue(shell)!]));
        return command;
    }
}
