using System.Globalization;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Kafka.Client;

public sealed partial class AdminClient
{
    /// <summary>All users that can log in by SCRAM, by name (KIP-554).</summary>
    /// <exception cref="KafkaException">The broker refuses.</exception>
    public async Task<IReadOnlyList<UserCredential>> ListUsersAsync(CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<
            DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(
            BrokerTarget.Any,
            static _ => new DescribeUserScramCredentialsRequest { Users = null },
            static response => response.ErrorCode,
            cancellationToken);
        ThrowIfRefused(response.ErrorCode, "The users cannot be listed");
        return
        [
            .. response.Results
                .SelectMany(static user => user.CredentialInfos.Select(credential => new UserCredential(
                    user.User,
                    SaslMechanism.FindScram(credential.Mechanism)?.Name
                        ?? credential.Mechanism.ToString(CultureInfo.InvariantCulture),
                    credential.Iterations)))
                .OrderBy(static credential => credential.User, StringComparer.Ordinal)
                .ThenBy(static credential => credential.Mechanism, StringComparer.Ordinal),
        ];
    }

    /// <summary>Sets a user's password for one mechanism. What is sent is a hash of it.</summary>
    /// <returns>None, or why not.</returns>
    public Task<AlterResult> SetUserAsync(
        string user, SaslMechanism mechanism, string password, int iterations, CancellationToken cancellationToken)
    {
        var salt = ScramFormula.NewSalt();
        return AlterUserAsync(
            new AlterUserScramCredentialsRequest
            {
                Upsertions =
                [
                    new AlterUserScramCredentialsRequest.ScramCredentialUpsertion
                    {
                        Name = user,
                        Mechanism = mechanism.ScramType,
                        Iterations = iterations,
                        Salt = salt,
                        SaltedPassword = ScramFormula.SaltPassword(mechanism, password, salt, iterations),
                    },
                ],
            },
            cancellationToken);
    }

    /// <summary>Takes away a user's password for one mechanism.</summary>
    /// <returns>None, or why not (RESOURCE_NOT_FOUND where there is none).</returns>
    public Task<AlterResult> RemoveUserAsync(
        string user, SaslMechanism mechanism, CancellationToken cancellationToken) => AlterUserAsync(
            new AlterUserScramCredentialsRequest
            {
                Deletions =
                [
                    new AlterUserScramCredentialsRequest.ScramCredentialDeletion
                    {
                        Name = user, Mechanism = mechanism.ScramType,
                    },
                ],
            },
            cancellationToken);

    private async Task<AlterResult> AlterUserAsync(
        AlterUserScramCredentialsRequest request, CancellationToken cancellationToken)
    {
        var response = await client.SendUntilAnsweredAsync<
            AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(
            BrokerTarget.Controller,
            _ => request,
            static response => FirstOrMissing(response.Results, static result => result.ErrorCode),
            cancellationToken);
        var result = response.Results[0];
        return new AlterResult(result.ErrorCode, result.ErrorMessage);
    }
}
