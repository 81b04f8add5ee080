using CsCheck;
using LogFlow.Testing;

namespace LogFlow.Platform.Tests;

/// <summary>Random histories, shrunk by CsCheck to the shortest that fails.</summary>
public sealed class ByteBudgetModelTests
{
    private const long BytesMax = 1000;

    /// <summary>Takes, returns and withdrawals against a list: who is served, and when, is exactly the list's
    /// order.</summary>
    [Fact]
    public void Takes_AnyHistory_AreServedAsTheModelSays() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 700], Gen.Int[0, 100]).Array[0, 60].Sample(
            steps => RunTakesAsync(steps).GetAwaiter().GetResult(), iter: 1000);

    /// <summary>
    /// Growing claims of many holders, some of which stall for good: never above the cap, never a wait for ever, and
    /// nothing held at the end.
    /// </summary>
    [Fact]
    public void Claims_AnyHistory_StayUnderTheCap_AndAllThatMoveComeToTheirEnd() =>
        Gen.Select(Gen.Int[1, 1000], Gen.Int[10, 400], Gen.Int[0, 7], Gen.Int[0, 9]).Array[1, 40].Sample(
            RunClaims, iter: 1000);

    private static async Task RunTakesAsync((int Kind, int Bytes, int Which)[] steps)
    {
        using var budget = new ByteBudget(BytesMax);
        var takers = new List<Taker>();
        foreach (var (kind, bytes, which) in steps)
        {
            var held = takers.Where(taker => taker.IsHeld).ToList();
            var waiting = takers.Where(taker => taker is { IsHeld: false, IsGone: false }).ToList();
            if (kind < 5)
            {
                var taker = new Taker(kind == 0 ? bytes + BytesMax : bytes);
                taker.Task = budget.TakeAsync(taker.Bytes, taker.Cancel.Token).AsTask();
                takers.Add(taker);
            }
            else if (kind < 8 && held.Count > 0)
            {
                var taker = held[which % held.Count];
                taker.IsHeld = false;
                taker.IsGone = true;
                budget.Return(taker.Bytes);
            }
            else if (waiting.Count > 0)
            {
                var taker = waiting[which % waiting.Count];
                taker.IsGone = true;
                await taker.Cancel.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taker.Task!);
            }

            Serve(takers);
            Assert.Equal(takers.Where(taker => taker.IsHeld).Sum(taker => taker.Bytes), budget.BytesHeld);
            Assert.Equal(takers.Count(taker => taker is { IsHeld: false, IsGone: false }), budget.WaiterCount);
            foreach (var taker in takers.Where(taker => taker.IsHeld))
            {
                await taker.Task!.WaitAsync(TimeSpan.FromSeconds(30));
            }
        }

        Assert.All(
            takers.Where(taker => taker is { IsHeld: false, IsGone: false }),
            taker => Assert.False(taker.Task!.IsCompleted));
    }

    /// <summary>The model: from the front, as long as it fits, or alone.</summary>
    private static void Serve(List<Taker> takers)
    {
        foreach (var taker in takers.Where(taker => taker is { IsHeld: false, IsGone: false }))
        {
            var held = takers.Where(other => other.IsHeld).Sum(other => other.Bytes);
            if (held + taker.Bytes > BytesMax && !(held == 0 && taker.Bytes > BytesMax))
            {
                return;
            }

            taker.IsHeld = true;
        }
    }

    private static void RunClaims((int Announced, int Step, int Holder, int Patience)[] senders)
    {
        var time = new ManualTime();
        using var budget = new ByteBudget(
            new ByteBudgetOptions
            {
                BytesMax = BytesMax,
                ReserveBytes = 200,
                SmallBytesMax = 50,
                ShareBytesMax = 300,
                OverdraftBytesMax = 1000,
                SlowBytesPerSecond = 50,
            },
            time);
        var running = senders.Select((sender, i) => new Sender(budget, sender, i)).ToList();
        var live = running.Where(sender => !sender.WillStall).ToList();
        for (var round = 0; round < 20_000 && live.Exists(sender => !sender.IsDone); round++)
        {
            foreach (var sender in running)
            {
                sender.Move();
                Assert.InRange(budget.BytesHeld, 0, BytesMax + 1000);
            }

            time.AdvanceMs(50);
        }

        Assert.All(
            running.Where(sender => !sender.WillStall), sender => Assert.True(sender.IsDone, sender.ToString()));
        running.ForEach(sender => sender.Dispose());
        Assert.Equal(0, budget.BytesHeld);
        Assert.Equal(0, budget.WaiterCount);
        Assert.All(running.Where(sender => !sender.WillStall), sender => Assert.False(sender.IsCut, sender.ToString()));
    }

    private sealed record Taker(long Bytes)
    {
        public CancellationTokenSource Cancel { get; } = new();

        public Task? Task { get; set; }

        public bool IsHeld { get; set; }

        public bool IsGone { get; set; }
    }

    /// <summary>A connection that brings its frame step by step; those with patience 0 stop halfway for ever.</summary>
    private sealed class Sender : IDisposable
    {
        private readonly ByteClaim _claim;
        private readonly int _step;
        private int _roundsToAnswer;

        public Sender(ByteBudget budget, (int Announced, int Step, int Holder, int Patience) plan, int index)
        {
            WillStall = plan.Patience == 0;
            _step = plan.Step;
            _roundsToAnswer = plan.Patience;
            _claim = budget.Open(plan.Announced, new ByteHolder($"{index}", () =>
            {
                IsCut = true;
                _claim!.Dispose();
            }));
        }

        public bool WillStall { get; }

        public bool IsCut { get; private set; }

        public bool IsDone => _claim.IsGivenBack;

        public void Move()
        {
            if (IsDone || _claim.Waiter is not null)
            {
                return;
            }

            if (_claim.IsComplete)
            {
                if (_roundsToAnswer-- <= 0)
                {
                    _claim.Dispose();
                }
            }
            else if (!WillStall || _claim.Granted < _claim.Announced / 2)
            {
                var step = Math.Min(_step, _claim.Announced - _claim.Granted);
                _ = _claim.GrowAsync(step, CancellationToken.None).AsTask();
            }
        }

        public void Dispose() => _claim.Dispose();

        public override string ToString() =>
            $"{_claim.Granted} of {_claim.Announced}, waits: {_claim.Waiter is not null}, stalls: {WillStall}";
    }
}
