using System.CommandLine;
using System.Text.Json.Nodes;
using LogFlow.Hosting;
using LogFlow.Kafka.Protocol;

namespace LogFlow.Appliance;

/// <summary>
/// <c>logflow users create</c>: makes a user, or gives one that is there another password. The password comes from
/// standard input or a file, never from the command line, which everybody on the machine can read.
/// </summary>
internal static class UsersCreateCommand
{
    private const string MechanismOption = "--mechanism";
    private const string IterationsOption = "--iterations";

    /// <summary>The command for its parent.</summary>
    public static Command Create(ToolOptions options)
    {
        var name = new Argument<string>("USER") { Description = "The user's name" };
        var mechanisms = Mechanisms();
        var iterations = Iterations();
        var file = new Option<string?>("--password-file")
        {
            Description = "File whose first line is the password (default: standard input)",
            HelpName = "FILE",
        };
        var command = new Command("create", "Make a user, or change its password")
        {
            name, mechanisms, iterations, file,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var password = await PasswordInput.ReadAsync(
                options.OpenInput, parsed.GetValue(file), parsed.InvocationConfiguration.Error, cancellationToken);
            return await ToolSession.AnswerAsync(
                parsed,
                options,
                (session, stop) => SetAsync(
                    session,
                    parsed.GetValue(name)!,
                    Choose(parsed.GetValue(mechanisms)),
                    password,
                    parsed.GetValue(iterations),
                    stop),
                cancellationToken);
        });
        return command;
    }

    /// <summary>One request for each mechanism: a request names a user once.</summary>
    private static async Task<int> SetAsync(
        ToolSession session,
        string user,
        SaslMechanism[] mechanisms,
        string password,
        int iterations,
        CancellationToken cancellationToken)
    {
        foreach (var mechanism in mechanisms)
        {
            var result = await session.Admin.SetUserAsync(user, mechanism, password, iterations, cancellationToken);
            if (result.Error != ErrorCode.None)
            {
                session.Note($"user '{user}' has no new password for {mechanism}: "
                    + Words.Reason(result.Error, result.Message));
                return 1;
            }

            if (session.IsJson)
            {
                JsonLine.Write(session.Output, new JsonObject { ["user"] = user, ["mechanism"] = mechanism.Name });
            }
            else
            {
                session.Output.WriteLine($"user {user} can log in by {mechanism}");
            }
        }

        return 0;
    }

    private static IEnumerable<SaslMechanism> Scram =>
        SaslMechanism.All.Where(static mechanism => mechanism.IsScram);

    private static SaslMechanism[] Choose(string[]? names) =>
        [.. Scram.Where(mechanism => names is not { Length: > 0 } || names.Contains(mechanism.Name))];

    private static Option<string[]> Mechanisms()
    {
        var option = new Option<string[]>(MechanismOption)
        {
            Description = "SCRAM-SHA-256 or SCRAM-SHA-512 (default: both)",
            HelpName = "NAME",
        };
        option.AcceptOnlyFromAmong([.. Scram.Select(static mechanism => mechanism.Name)]);
        return option;
    }

    private static Option<int> Iterations()
    {
        var option = new Option<int>(IterationsOption)
        {
            Description = $"How often the password is hashed, {ScramFormula.IterationsMin} to "
                + $"{ScramFormula.IterationsMax}",
            DefaultValueFactory = static _ => ScramFormula.IterationsMin,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < ScramFormula.IterationsMin or > ScramFormula.IterationsMax)
            {
                result.AddError(
                    $"{IterationsOption} takes {ScramFormula.IterationsMin} to {ScramFormula.IterationsMax}");
            }
        });
        return option;
    }
}
