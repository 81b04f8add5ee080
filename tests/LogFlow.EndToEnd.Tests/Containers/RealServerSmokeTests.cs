using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using LogFlow.Kafka.Client;
using LogFlow.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace LogFlow.EndToEnd.Tests;

/// <summary>Each server that tests know how to start answers in its own protocol.</summary>
public sealed class RealServerSmokeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [RequiresFact(Requirement.Redis)]
    public async Task Redis_Ping_AnswersPong()
    {
        await using var server = await RealContainer.StartRedisAsync();
        Assert.Equal("+PONG\r\n", await AskAsync(server, "PING\r\n"u8.ToArray(), 7));
    }

    [RequiresFact(Requirement.RabbitMq)]
    public async Task RabbitMq_ProtocolHeader_BeginsAConnection()
    {
        await using var server = await RealContainer.StartRabbitMqAsync();

        // AMQP 0-9-1: a header is answered with the method connection.start: class 10, method 10.
        var answer = await AskUntilAnsweredAsync(server, [.. "AMQP"u8, 0, 0, 9, 1], 11);
        Assert.Equal([1, 0, 0], Encoding.Latin1.GetBytes(answer[..3]));
        Assert.Equal([0, 10, 0, 10], Encoding.Latin1.GetBytes(answer[7..11]));
    }

    [RequiresFact(Requirement.PostgreSql)]
    public async Task PostgreSql_SslRequest_IsAnswered()
    {
        await using var server = await RealContainer.StartPostgreSqlAsync();

        // Length 8 and the code 80877103; one byte says whether the server speaks TLS.
        var answer = await AskUntilAnsweredAsync(server, [0, 0, 0, 8, 4, 210, 22, 47], 1);
        Assert.Contains(answer, (string[])["S", "N"]);
    }

    [RequiresFact(Requirement.Kafka, Requirement.JavaImage)]
    public async Task Kafka_InAContainer_TakesARecordAndIsKilledAndStartedAgain()
    {
        using var folder = new TempDirectory();
        await using var kafka = await RealServer.StartKafkaInContainerAsync(
            folder.Path, "log.flush.interval.messages=1");
        await ProduceAsync(kafka.Address, 0);

        await kafka.KillAsync();
        await kafka.RestartAsync();

        await ProduceAsync(kafka.Address, 1);
    }

    [RequiresFact(Requirement.Elasticsearch, Requirement.JavaImage)]
    public async Task Elasticsearch_InAContainer_SaysItsVersion()
    {
        using var folder = new TempDirectory();
        await using var server = await RealServer.StartElasticsearchInContainerAsync(folder.Path);
        using var client = new HttpClient { BaseAddress = server.Url };

        var answer = await client.GetFromJsonAsync<JsonElement>("/");

        Assert.StartsWith("8.", answer.GetProperty("version").GetProperty("number").GetString());
    }

    private static async Task ProduceAsync(string address, long offset)
    {
        await using var client = new KafkaClient(
            new KafkaClientOptions { BootstrapServers = [address] }, NullLoggerFactory.Instance);
        await using var producer = new KafkaProducer(client, new KafkaProducerOptions());
        using var timeout = new CancellationTokenSource(Patience);
        var result = await producer.SendAsync(
            new ProducerRecord { Topic = "smoke", Partition = 0, Value = "hello"u8.ToArray() }, timeout.Token);
        Assert.Equal((true, offset), (result.IsSuccess, result.Offset));
    }

    /// <summary>A port may take connections before the server behind it is up.</summary>
    private static async Task<string> AskUntilAnsweredAsync(RealContainer server, byte[] request, int length)
    {
        var answer = "";
        await Eventually.TrueAsync(
            async () =>
            {
                answer = await AskAsync(server, request, length);
                return answer.Length == length;
            },
            "an answer",
            Patience);
        return answer;
    }

    /// <summary>What came back, less than asked for where the connection ended.</summary>
    private static async Task<string> AskAsync(RealContainer server, byte[] request, int length)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var answer = new byte[length];
        try
        {
            using var connection = new TcpClient();
            await connection.ConnectAsync(server.Host, server.Port, timeout.Token);
            var stream = connection.GetStream();
            await stream.WriteAsync(request, timeout.Token);
            var read = await stream.ReadAtLeastAsync(answer, length, throwOnEndOfStream: false, timeout.Token);
            return Encoding.Latin1.GetString(answer, 0, read);
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return "";
        }
    }
}
