using System.CommandLine;
using System.CommandLine.Parsing;
using LogFlow.Platform;

namespace LogFlow.Hosting;

/// <summary>Runs a command line with LogFlow's exit codes: 0 ok, 1 failed, 2 usage or configuration.</summary>
public static class CommandRunner
{
    /// <summary>Parses and runs. Whatever fails is told in a message; a stack trace is never printed.</summary>
    public static async Task<int> RunAsync(RootCommand root, string[] arguments)
    {
        PrivateFiles.Restrict();
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            if (UsageErrors.LacksCommand(parsed))
            {
                await root.Parse([.. arguments, "--help"]).InvokeAsync(
                    new InvocationConfiguration { Output = Console.Error });
                return 2;
            }

            foreach (var error in UsageErrors.Describe(parsed))
            {
                await Console.Error.WriteLineAsync(error);
            }

            await Console.Error.WriteLineAsync($"See: {root.Name} {CommandPath(parsed)}--help");
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                // Signals are ours: the first one drains, which may take longer than any timeout given here.
                ProcessTerminationTimeout = null,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (ConfigException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 2;
        }
        catch (StartupException error)
        {
            await Console.Error.WriteLineAsync($"{root.Name}: {SecretText.HideKnown(error.Message)}");
            return error.ExitCode;
        }
        catch (DirectoryLockedException error)
        {
            await Console.Error.WriteLineAsync(
                $"{root.Name}: {SecretText.HideKnown(error.Message)}; stop that one, or name another folder");
            return 1;
        }
        catch (UnauthorizedAccessException error)
        {
            await Console.Error.WriteLineAsync($"{root.Name}: no permission: {SecretText.HideKnown(error.Message)}");
            return 1;
        }
        catch (IOException error)
        {
            await Console.Error.WriteLineAsync($"{root.Name}: {SecretText.HideKnown(error.Message)}");
            return 1;
        }
        catch (Exception error) when (Environment.GetEnvironmentVariable("LOGFLOW_TRACE") != "1")
        {
            await Console.Error.WriteLineAsync(
                $"{root.Name}: unexpected {error.GetType().Name}: {SecretText.HideKnown(error.Message)}\n"
                + "This is a defect of LogFlow; with LOGFLOW_TRACE=1 it prints where it happened. Please report it.");
            return 1;
        }
    }

    /// <summary>The names of the command and those that it belongs to, each followed by a space.</summary>
    private static string CommandPath(ParseResult parsed)
    {
        var path = "";
        SymbolResult? result = parsed.CommandResult;
        while (result is CommandResult { Command: not RootCommand } inner)
        {
            path = $"{inner.Command.Name} {path}";
            result = inner.Parent;
        }

        return path;
    }
}
