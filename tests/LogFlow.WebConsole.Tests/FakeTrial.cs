using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace LogFlow.WebConsole.Tests;

/// <summary>Tries without a pipeline: the answers are those that a real one gave, by what the text has in it.</summary>
internal sealed class FakeTrial : IPipelineTrial
{
    public const string Text = "filter {\n  grok { match => { \"message\" => \"from %{IP:ip}\" } }\n}\n";

    /// <summary>What was asked: input and text.</summary>
    public ConcurrentQueue<(string Input, string? Text)> Asked { get; } = [];

    /// <summary>Holds answers back until it is released; null: none is.</summary>
    public ManualResetEventSlim? Gate { get; set; }

    /// <summary>Tries that run at this moment, the most there ever were.</summary>
    public int MostAtOnce { get; private set; }

    private int _running;

    public JsonObject Describe() => new() { ["text"] = Text };

    public JsonObject Run(string input, string? text, CancellationToken cancellationToken)
    {
        Asked.Enqueue((input, text));
        var running = Interlocked.Increment(ref _running);
        MostAtOnce = Math.Max(MostAtOnce, running);
        try
        {
            Gate?.Wait(cancellationToken);
            return input.Length > 10_000 ? throw new FormatException("the input has more than 10,000 characters")
                : text?.Contains("grokk", StringComparison.Ordinal) == true ? Mistake
                : text?.Contains("%{NOTSPACE", StringComparison.Ordinal) == true ? Matched
                : Failed;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private static JsonObject Mistake => JsonNode.Parse(
        """
        {"errors":[{"line":2,"column":3,"length":5,"message":"there is no filter 'grokk'",
          "remedy":"did you mean 'grok'?"}]}
        """)!.AsObject();

    private static JsonObject Failed => JsonNode.Parse(
        """
        {"cut":null,"events":[{"madeBy":null,"outputs":["store_1"],"deadLetter":null,"metadata":null,
          "result":{"message":"GET from <b>here</b>","tags":["_grokparsefailure"]},
          "steps":[
            {"name":"if","line":1,"column":5,"outcome":"false","condition":"[level] == \"error\"",
             "operands":[["[level]",null]],"changes":[],"tags":[],"untagged":[],"created":0,"reason":null,
             "skipped":[["mutate",1,20],["drop",1,30]]},
            {"name":"grok","line":2,"column":3,"outcome":"failed","condition":null,"operands":[],"changes":[],
             "tags":["_grokparsefailure"],"untagged":[],"skipped":[],"created":0,
             "reason":{"text":"from %{IP:ip}","column":10,"matched":"from ","isCut":false,"rest":"<b>here</b>",
                       "wanted":"%{IP:ip}"}}]}]}
        """)!.AsObject();

    private static JsonObject Matched => JsonNode.Parse(
        """
        {"cut":null,"events":[{"madeBy":null,"outputs":["store_1"],"deadLetter":null,"metadata":null,
          "result":{"message":"GET from here","ip":"here"},
          "steps":[
            {"name":"grok","line":2,"column":3,"outcome":"changed","condition":null,"operands":[],
             "changes":[["ip",null,"\"here\""],["[a][b]","1","2"],["gone","\"<i>x</i>\"",null]],
             "tags":["t"],"untagged":["u"],"skipped":[],"created":0,"reason":null}]}]}
        """)!.AsObject();
}
