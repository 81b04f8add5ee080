using System.Buffers.Binary;
using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue.Tests;

/// <summary>One conversation about logging in, right and wrong, with any broker; what it answered.</summary>
/// <param name="openPort">A listener that asks for nothing.</param>
/// <param name="saslPort">One that wants PLAIN or SCRAM, without TLS.</param>
internal sealed class SaslScript(int openPort, int saslPort)
{
    private const string User = "alice";
    private const string Password = "alice-secret";
    private readonly List<string> _answers = [];

    public async Task<List<string>> RunAsync()
    {
        await AskCredentialsAsync();
        await AskMechanismsAsync();
        await LogInPlainAsync();
        await LogInScramAsync();
        await AskOutOfTurnAsync();
        return _answers;
    }

    private void Note(string what, object? answer) => _answers.Add($"{what}: {answer}");

    private Task<RawClient> ConnectAsync() => RawClient.ConnectAsync(saslPort);

    private async Task AskCredentialsAsync()
    {
        using var client = await RawClient.ConnectAsync(openPort);
        await AlterAsync(client, "set", [], [Upsert(User, 1), Upsert("bob", 1)]);
        await AlterAsync(client, "set the second", [], [Upsert(User, 2)]);
        await AlterAsync(client, "two of one user", [], [Upsert("carol", 1), Upsert("carol", 2)]);
        await AlterAsync(client, "too few", [], [Upsert("carol", 1, iterations: 4095)]);
        await AlterAsync(client, "too many", [], [Upsert("carol", 1, iterations: 16385)]);
        await AlterAsync(client, "mechanism", [], [Upsert("carol", 9)]);
        await AlterAsync(client, "no name", [], [Upsert("", 1)]);
        await AlterAsync(client, "twice", [], [Upsert("carol", 1), Upsert("carol", 1)]);
        await AlterAsync(client, "delete what is not there", [Delete("carol", 1)], []);
        await AlterAsync(client, "delete and set", [Delete("bob", 1)], [Upsert("bob", 2)]);
        await AlterAsync(client, "the last", [], [Upsert("dave", 1)]);
        await Eventually.TrueAsync(
            async () => (await DescribeAsync(client, "dave")).Contains("None", StringComparison.Ordinal),
            "the last change");
        Note("all", await DescribeAsync(client));
        Note("one", await DescribeAsync(client, User));
        Note("nobody", await DescribeAsync(client, "carol"));
        Note("twice", await DescribeAsync(client, User, User));
    }

    private async Task AskMechanismsAsync()
    {
        using var client = await ConnectAsync();
        Note("versions", (await client.AskAsync<ApiVersionsRequest, ApiVersionsResponse>(
            new ApiVersionsRequest { ClientSoftwareName = "raw", ClientSoftwareVersion = "1" }, 3)).ErrorCode);
        Note("GSSAPI", await HandshakeAsync(client, "GSSAPI"));
        Note("then closed", await client.IsClosedAsync());
    }

    private async Task LogInPlainAsync()
    {
        foreach (var (what, message) in new[]
        {
            ("right", $"\0{User}\0{Password}"),
            ("for itself", $"{User}\0{User}\0{Password}"),
            ("for another", $"bob\0{User}\0{Password}"),
            ("wrong password", $"\0{User}\0other"),
            ("nobody", "\0nobody\0other"),
            ("no name", $"\0\0{Password}"),
            ("no password", $"\0{User}\0"),
            ("two tokens", $"{User}\0{Password}"),
            ("four tokens", $"\0{User}\0{Password}\0"),
        })
        {
            using var client = await ConnectAsync();
            await HandshakeAsync(client, "PLAIN");
            Note($"PLAIN {what}", await AuthenticateAsync(client, Encoding.UTF8.GetBytes(message)));
            Note($"PLAIN {what}, then", await StateAsync(client));
        }

        foreach (var password in new[] { Password, "other" })
        {
            using var client = await ConnectAsync();
            await HandshakeAsync(client, "PLAIN", version: 0);
            var token = Encoding.UTF8.GetBytes($"\0{User}\0{password}");
            var frame = new byte[sizeof(int) + token.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame, token.Length);
            token.CopyTo(frame, sizeof(int));
            await client.SendBytesAsync(frame);
            var answer = await client.ReceiveFrameAsync();
            Note($"PLAIN bare {password}", answer is null ? "closed" : $"{answer.Length} bytes");
        }
    }

    private async Task LogInScramAsync()
    {
        foreach (var mechanism in SaslMechanism.All.Where(mechanism => mechanism.IsScram))
        {
            foreach (var (user, password) in new[] { (User, Password), (User, "other") })
            {
                using var client = await ConnectAsync();
                await HandshakeAsync(client, mechanism.Name);
                var exchange = new ScramClientExchange(mechanism, user, password);
                var first = await SendAsync(client, exchange.First());
                Assert.True(first.ErrorCode == ErrorCode.None, $"{mechanism}: {first.ErrorMessage}");
                var second = await SendAsync(client, exchange.Final(first.AuthBytes.Span));
                Note($"{mechanism} {password}", $"{second.ErrorCode} {second.ErrorMessage} "
                    + $"verified {exchange.Verify(second.AuthBytes.Span)} lifetime {second.SessionLifetimeMs}");
                Note($"{mechanism} {password}, then", await StateAsync(client));
            }

            foreach (var first in new[] { "", "n,,", "y,,n=alice,r=abc", "n,,n=al=ice,r=abc", "n,,r=abc,n=alice" })
            {
                using var client = await ConnectAsync();
                await HandshakeAsync(client, mechanism.Name);
                Note($"{mechanism} first '{first}'", await AuthenticateAsync(client, Encoding.UTF8.GetBytes(first)));
            }

            using var forged = await ConnectAsync();
            await HandshakeAsync(forged, mechanism.Name);
            await SendAsync(forged, Encoding.UTF8.GetBytes($"n,,n={User},r=abc"));
            var proof = Convert.ToBase64String(new byte[mechanism.HashBytes]);
            Note($"{mechanism} other nonce", await AuthenticateAsync(
                forged, Encoding.UTF8.GetBytes($"c=biws,r=abc,p={proof}")));
        }
    }

    private async Task AskOutOfTurnAsync()
    {
        using (var client = await ConnectAsync())
        {
            await client.SendAsync<MetadataRequest, MetadataResponse>(new MetadataRequest { Topics = [] }, 9);
            Note("metadata without login", await client.IsClosedAsync() ? "closed" : "open");
        }

        using (var client = await ConnectAsync())
        {
            await client.SendAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(
                new SaslAuthenticateRequest { AuthBytes = new byte[] { 1 } }, 2);
            Note("authenticate without handshake", await client.IsClosedAsync() ? "closed" : "open");
        }

        using (var client = await ConnectAsync())
        {
            await HandshakeAsync(client, "PLAIN");
            await AuthenticateAsync(client, Encoding.UTF8.GetBytes($"\0{User}\0{Password}"));
            Note("handshake after login", await HandshakeAsync(client, "PLAIN"));
            Note("authenticate after login", await AuthenticateAsync(client, [1]));
        }

        using (var client = await ConnectAsync())
        {
            await client.SendBytesAsync(new byte[] { 0x7F, 0, 0, 0 });
            Note("a huge frame", await client.IsClosedAsync() ? "closed" : "open");
        }
    }

    /// <summary>Whether the client may ask now.</summary>
    private static async Task<string> StateAsync(RawClient client)
    {
        try
        {
            var answer = await client.AskAsync<MetadataRequest, MetadataResponse>(
                new MetadataRequest { Topics = [] }, 9);
            return $"served, {answer.Brokers.Count} broker";
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            return "closed";
        }
    }

    private static async Task<string> HandshakeAsync(RawClient client, string mechanism, short version = 1)
    {
        var response = await client.AskAsync<SaslHandshakeRequest, SaslHandshakeResponse>(
            new SaslHandshakeRequest { Mechanism = mechanism }, version);
        return $"{response.ErrorCode} {string.Join(',', response.Mechanisms.Order(StringComparer.Ordinal))}";
    }

    private static Task<SaslAuthenticateResponse> SendAsync(RawClient client, byte[] message) =>
        client.AskAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(
            new SaslAuthenticateRequest { AuthBytes = message }, 2);

    private static async Task<string> AuthenticateAsync(RawClient client, byte[] message)
    {
        var response = await SendAsync(client, message);
        return $"{response.ErrorCode} {response.ErrorMessage} {response.AuthBytes.Length} {response.SessionLifetimeMs}";
    }

    private async Task AlterAsync(
        RawClient client,
        string what,
        List<AlterUserScramCredentialsRequest.ScramCredentialDeletion> deletions,
        List<AlterUserScramCredentialsRequest.ScramCredentialUpsertion> upsertions)
    {
        var response = await client.AskAsync<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(
            new AlterUserScramCredentialsRequest { Deletions = deletions, Upsertions = upsertions }, 0);
        Note(what, string.Join("; ", response.Results
            .Select(result => $"{result.User} {result.ErrorCode} {result.ErrorMessage}")
            .Order(StringComparer.Ordinal)));
    }

    private static async Task<string> DescribeAsync(RawClient client, params string[] users)
    {
        var response = await client.AskAsync<DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse>(
            new DescribeUserScramCredentialsRequest
            {
                Users = [.. users.Select(user => new DescribeUserScramCredentialsRequest.UserName { Name = user })],
            },
            0);
        return string.Join("; ", response.Results
            .Select(result => $"{result.User} {result.ErrorCode} {result.ErrorMessage} " + string.Join(',', result
                .CredentialInfos.Select(info => $"{info.Mechanism}/{info.Iterations}").Order(StringComparer.Ordinal)))
            .Order(StringComparer.Ordinal));
    }

    private static AlterUserScramCredentialsRequest.ScramCredentialDeletion Delete(string user, sbyte mechanism) =>
        new() { Name = user, Mechanism = mechanism };

    private static AlterUserScramCredentialsRequest.ScramCredentialUpsertion Upsert(
        string user, sbyte mechanism, int iterations = ScramFormula.IterationsMin)
    {
        byte[] salt = [1, 2, 3, 4, 5, 6, 7, 8];
        var known = SaslMechanism.FindScram(mechanism) ?? SaslMechanism.ScramSha256;
        return new()
        {
            Name = user,
            Mechanism = mechanism,
            Iterations = iterations,
            Salt = salt,
            SaltedPassword = ScramFormula.SaltPassword(known, Password, salt, iterations),
        };
    }
}
