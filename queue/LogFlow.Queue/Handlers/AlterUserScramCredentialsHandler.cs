using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <summary>
/// <para><b>AlterUserScramCredentials</b>, API key 51, version 0.</para>
/// <para>Behaviour: sets and removes users' credentials, durably (KIP-554). Passwords come salted; what is kept is what
/// SCRAM's servers need. A request names each user once at most.</para>
/// <para>Deviations from Apache Kafka: none.</para>
/// </summary>
internal sealed class AlterUserScramCredentialsHandler(UserStore users)
    : TypedRequestHandler<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>
{
    protected override async ValueTask<AlterUserScramCredentialsResponse?> HandleAsync(
        AlterUserScramCredentialsRequest request, RequestContext context)
    {
        var problems = FindProblems(request);
        var changes = new List<(string, SaslMechanism, ScramCredential?)>();
        foreach (var deletion in request.Deletions.Where(deletion => !problems.ContainsKey(deletion.Name)))
        {
            changes.Add((deletion.Name, SaslMechanism.FindScram(deletion.Mechanism)!, null));
        }

        foreach (var upsertion in request.Upsertions.Where(upsertion => !problems.ContainsKey(upsertion.Name)))
        {
            var mechanism = SaslMechanism.FindScram(upsertion.Mechanism)!;
            changes.Add((upsertion.Name, mechanism, ScramCredential.Of(
                mechanism, upsertion.Salt.ToArray(), upsertion.SaltedPassword.ToArray(), upsertion.Iterations)));
        }

        var error = changes.Count > 0 ? await users.AlterAsync(changes) : ErrorCode.None;
        var response = new AlterUserScramCredentialsResponse();
        foreach (var user in request.Deletions.Select(static deletion => deletion.Name)
            .Concat(request.Upsertions.Select(static upsertion => upsertion.Name)).Distinct())
        {
            var (code, message) = problems.TryGetValue(user, out var problem) ? problem : (error, null);
            response.Results.Add(new AlterUserScramCredentialsResponse.AlterUserScramCredentialsResult
            {
                User = user,
                ErrorCode = code,
                ErrorMessage = message,
            });
        }

        return response;
    }

    private Dictionary<string, (ErrorCode Code, string Message)> FindProblems(AlterUserScramCredentialsRequest request)
    {
        var problems = new Dictionary<string, (ErrorCode, string)>(StringComparer.Ordinal);
        var seen = new HashSet<string>();
        foreach (var deletion in request.Deletions)
        {
            Note(problems, deletion.Name, Check(deletion.Name, deletion.Mechanism, seen)
                ?? (users.Find(deletion.Name, SaslMechanism.FindScram(deletion.Mechanism)!) is null
                    ? (ErrorCode.ResourceNotFound, "Attempt to delete a user credential that does not exist")
                    : null));
        }

        foreach (var upsertion in request.Upsertions)
        {
            var problem = Check(upsertion.Name, upsertion.Mechanism, seen);
            Note(problems, upsertion.Name, problem ?? upsertion.Iterations switch
            {
                < ScramFormula.IterationsMin => (ErrorCode.UnacceptableCredential, "Too few iterations"),
                > ScramFormula.IterationsMax => (ErrorCode.UnacceptableCredential, "Too many iterations"),
                _ => null,
            });
        }

        return problems;
    }

    private static (ErrorCode, string)? Check(string user, sbyte mechanism, HashSet<string> seen)
    {
        if (user.Length == 0)
        {
            return (ErrorCode.UnacceptableCredential, "Username must not be empty");
        }

        if (SaslMechanism.FindScram(mechanism) is null)
        {
            return (ErrorCode.UnsupportedSaslMechanism, "Unknown SCRAM mechanism");
        }

        return seen.Add(user)
            ? null
            : (ErrorCode.DuplicateResource, "A user credential cannot be altered twice in the same request");
    }

    private static void Note(
        Dictionary<string, (ErrorCode, string)> problems, string user, (ErrorCode, string)? problem)
    {
        if (problem is { } found)
        {
            problems.TryAdd(user, found);
        }
    }
}
