using System.Text;
using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;
using LogFlow.Platform;
using Microsoft.Extensions.Logging;

namespace LogFlow.Queue.Tests;

/// <summary>Logins that are slow, wrong, many; and what is kept of users.</summary>
public sealed class LoginTests
{
    [Fact]
    public async Task Handshake_ThatStaysSilent_HoldsNobodyUpAndIsCut()
    {
        await using var secure = await SecureQueue.StartAsync();
        var silent = new List<RawClient>();
        for (var i = 0; i < 200; i++)
        {
            var client = await RawClient.ConnectAsync(secure.Queue.Service.PortOf(i % 2 == 0 ? "SSL" : "SASL_SSL"));
            await client.SendBytesAsync(new byte[] { 0x16, 0x03, 0x01 });
            silent.Add(client);
        }

        using (var other = await RawClient.ConnectAsync(secure.Queue.Service.PortOf("SASL_PLAINTEXT")))
        {
            Assert.Equal(ErrorCode.None, (await LogInAsync(other, SecureQueue.Password)).ErrorCode);
        }

        // The others stay till then: one that goes by itself was not cut, and there is no line of it.
        Assert.True(await silent[0].IsClosedAsync());
        await Eventually.TrueAsync(
            () => secure.Queue.Warnings.Any(
                static line => line.Contains("did not log in within", StringComparison.Ordinal)),
            "the line that says so");
        silent.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task Logins_BeyondTheLimit_CutTheOldest()
    {
        using var meters = new TestMeters();
        var logs = new CollectingLogs();
        await using var server = new SocketServer(
            new SocketServerOptions { LoginsMax = 2 }, new QueueMetrics(meters), TimeProvider.System, logs);
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Issue("queue", "localhost");
        Assert.True(ListenerEndpoint.TryParse("SSL://127.0.0.1:0", out var endpoint, out _));
        var listener = new Listener(endpoint, SecurityProtocol.Find("SSL")!)
        {
            Tls = new TlsServer(new TlsServerOptions { Certificate = certificate, Key = key }, TimeProvider.System),
        };
        var port = (await server.ListenAsync(listener, CancellationToken.None)).Port;
        var handlers = new List<RequestHandler>();
        handlers.Add(new ApiVersionsHandler(handlers));
        server.Accept(new RequestDispatcher(handlers, new QueueMetrics(meters), TimeProvider.System));

        using var first = await RawClient.ConnectAsync(port);
        await Eventually.TrueAsync(() => server.Logins.Count == 1, "the first to begin");
        using var second = await RawClient.ConnectAsync(port);
        await Eventually.TrueAsync(() => server.Logins.Count == 2, "the second to begin");
        using var third = await RawClient.ConnectAsync(port);

        Assert.True(await first.IsClosedAsync());
        Assert.Equal(2, server.Logins.Count);
        await Eventually.TrueAsync(
            () => logs.At(LogLevel.Warning).Any(static line => line.Contains("2 others", StringComparison.Ordinal)),
            "the line that says so");
    }

    [Fact]
    public async Task Login_ThatIsNoKafka_IsCutWithOneWarning()
    {
        await using var secure = await SecureQueue.StartAsync();
        foreach (var listener in new[] { "SSL", "SASL_PLAINTEXT", "SASL_SSL" })
        {
            using var client = await RawClient.ConnectAsync(secure.Queue.Service.PortOf(listener));
            await client.SendBytesAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
            Assert.True(await client.IsClosedAsync(), listener);
        }
    }

    [Fact]
    public async Task Logins_ByRandomBytes_NeverTakeTheQueueDown()
    {
        await using var secure = await SecureQueue.StartAsync();
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var port = secure.Queue.Service.PortOf("SASL_PLAINTEXT");
        for (var i = 0; i < 300; i++)
        {
            using var client = await RawClient.ConnectAsync(port);
            var message = new byte[random.Next(0, 60)];
            random.NextBytes(message);
            var mechanism = SaslMechanism.All[i % 3];
            await client.AskAsync<SaslHandshakeRequest, SaslHandshakeResponse>(
                new SaslHandshakeRequest { Mechanism = mechanism.Name }, 1);
            await client.SendAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(
                new SaslAuthenticateRequest { AuthBytes = Mutated(random, mechanism, message) }, 2);
        }

        using var other = await RawClient.ConnectAsync(port);
        var answer = await LogInAsync(other, SecureQueue.Password);
        Assert.True(answer.ErrorCode == ErrorCode.None, $"seed {seed}");
    }

    [Fact]
    public async Task Passwords_ThatAreWrong_ByTheHundred_LeaveTheQueueServing()
    {
        await using var secure = await SecureQueue.StartAsync();
        var port = secure.Queue.Service.PortOf("SASL_PLAINTEXT");
        using var honest = await secure.Queue.ConnectAsync();
        await honest.CreateTopicAsync("logs", 1);
        var wrong = Task.WhenAll(Enumerable.Range(0, 300).Select(async i =>
        {
            using var client = await RawClient.ConnectAsync(port);
            return (await LogInAsync(client, $"guess {i}")).ErrorCode;
        }));
        var served = 0;
        while (!wrong.IsCompleted)
        {
            await honest.ProduceOneAsync("logs", Some.Batch(1));
            served++;
        }

        Assert.All(await wrong, static code => Assert.Equal(ErrorCode.SaslAuthenticationFailed, code));
        Assert.True(served > 10, $"{served} served meanwhile");
        Assert.InRange(secure.Queue.Warnings.Count(), 1, 100);
    }

    [Fact]
    public async Task Users_SurviveARestart_AndPasswordsThatChangeAreNotRemembered()
    {
        using var directory = new TempDirectory();
        await using (var queue = await TestQueue.StartAsync(directory, Configure))
        {
            using var client = await RawClient.ConnectAsync(queue.Service.PortOf("SASL_PLAINTEXT"));
            Assert.Equal(ErrorCode.None, (await LogInAsync(client, "first")).ErrorCode);
            byte[] salt = [1, 2, 3];
            await client.AskAsync<AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse>(
                new AlterUserScramCredentialsRequest
                {
                    Upsertions =
                    [
                        new AlterUserScramCredentialsRequest.ScramCredentialUpsertion
                        {
                            Name = SecureQueue.User, Mechanism = 2, Iterations = 4096, Salt = salt,
                            SaltedPassword = ScramFormula.SaltPassword(SaslMechanism.ScramSha512, "second", salt, 4096),
                        },
                    ],
                },
                0);
            using var again = await RawClient.ConnectAsync(queue.Service.PortOf("SASL_PLAINTEXT"));
            Assert.Equal(ErrorCode.SaslAuthenticationFailed, (await LogInAsync(again, "first")).ErrorCode);
        }

        await using (var queue = await TestQueue.StartAsync(directory, Configure))
        {
            using var client = await RawClient.ConnectAsync(queue.Service.PortOf("SASL_PLAINTEXT"));
            Assert.Equal(ErrorCode.None, (await LogInAsync(client, "second")).ErrorCode);
        }

        foreach (var file in Directory.EnumerateFiles(directory.Path, "*", SearchOption.AllDirectories))
        {
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            Assert.DoesNotContain("second", text, StringComparison.Ordinal);
        }

        static void Configure(QueueConfig config)
        {
            config.Listeners = ["SASL_PLAINTEXT://127.0.0.1:0"];
            config.SaslEnabledMechanisms = ["PLAIN"];
            config.SaslInitialUsers = [$"{SecureQueue.User}:first"];
        }
    }

    [Fact]
    public void Config_ThatCannotBe_SaysEachProblemAtItsKey()
    {
        var config = TestQueue.Config("/tmp");
        config.Listeners = ["INSIDE://127.0.0.1:0", "SSL://127.0.0.1:0,SASL_SSL://127.0.0.1:0"];
        config.AdvertisedListeners = ["OUTSIDE://logs.example:9093"];
        config.SslKeystoreLocation = "/none/queue.pem";
        config.SaslEnabledMechanisms = ["GSSAPI"];
        config.ListenerName["ssl.ssl.client.auth"] = "perhaps";
        config.ListenerName["other.ssl.client.auth"] = "none";
        config.ListenerName["ssl.num.partitions"] = "3";

        var problems = config.Validate().Select(static problem => $"{problem.Key}: {problem.Message}").ToArray();

        foreach (var expected in new[]
        {
            "listeners: 'INSIDE' is no security protocol",
            "advertised.listeners: 'OUTSIDE://logs.example:9093': there is no listener OUTSIDE",
            "ssl.keystore.location: there is no file /none/queue.pem",
            "sasl.enabled.mechanisms: 'GSSAPI' is not spoken here",
            "listener.name.ssl.ssl.client.auth: takes none, requested or required",
            "listener.name.other.ssl.client.auth: there is no listener of that name",
            "listener.name.ssl.num.partitions: cannot be set for one listener",
        })
        {
            Assert.Contains(problems, problem => problem.StartsWith(expected, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task BrokerConfigs_NeverShowSecrets()
    {
        await using var secure = await SecureQueue.StartAsync(static config => config.SslKeyPassword = "not shown");
        using var client = await secure.Queue.ConnectAsync();
        var answer = await client.AskAsync<DescribeConfigsRequest, DescribeConfigsResponse>(
            new DescribeConfigsRequest
            {
                Resources =
                    [new DescribeConfigsRequest.DescribeConfigsResource { ResourceType = 4, ResourceName = "1" }],
                IncludeSynonyms = true,
            },
            4);
        var configs = answer.Results[0].Configs;

        Assert.True(configs.Single(static config => config.Name == "ssl.key.password").IsSensitive);
        Assert.All(configs, static config =>
        {
            Assert.DoesNotContain("not shown", config.Value ?? "", StringComparison.Ordinal);
            Assert.DoesNotContain(SecureQueue.Password, config.Value ?? "", StringComparison.Ordinal);
        });
    }

    private static byte[] Mutated(Random random, SaslMechanism mechanism, byte[] noise)
    {
        if (random.Next(2) == 0)
        {
            return noise;
        }

        var message = mechanism.IsScram
            ? new ScramClientExchange(mechanism, SecureQueue.User, "x").First()
            : Encoding.UTF8.GetBytes($"\0{SecureQueue.User}\0guess");
        message[random.Next(message.Length)] = (byte)random.Next(256);
        return message;
    }

    private static async Task<SaslAuthenticateResponse> LogInAsync(RawClient client, string password)
    {
        await client.AskAsync<SaslHandshakeRequest, SaslHandshakeResponse>(
            new SaslHandshakeRequest { Mechanism = "PLAIN" }, 1);
        return await client.AskAsync<SaslAuthenticateRequest, SaslAuthenticateResponse>(
            new SaslAuthenticateRequest { AuthBytes = Encoding.UTF8.GetBytes($"\0{SecureQueue.User}\0{password}") }, 2);
    }
}
